import * as z from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { CredentialKind } from '#domain/clinics/credentials/credential.ts';
import { refusals } from '#lambdas/describe-refusals.ts';
import { chosenClinic, doorErrors, inPath, json, operationsOf, sent } from '#lambdas/describe-signed-in.ts';
import { bodyRefusals } from '#lambdas/json-body.ts';
import {
  changedMeanwhile,
  Connected,
  forOwners,
  inProgress,
  keyNeeded,
  keyReused,
  noCredential,
  noSuchKind,
  notConnected,
  notDisconnected,
  noWebCall,
  PutCredential,
  WantedCall,
} from './answer-agent-request.ts';
import type { Webhook } from './connect-agent.ts';
import type { TakenBack } from './take-webhook-back.ts';
import type { AgentStatus, AiStatus } from './read-agent-status.ts';

const Instant = z.iso.datetime({ precision: 3 });
const nextWebhook = ['ours', 'in-draft', 'not-set'] as const satisfies Webhook[];
const formerWebhook = [
  'taken-back',
  'put-back',
  'not-ours',
  'in-draft',
  'not-taken-back',
] as const satisfies TakenBack[];
const aiStatuses = ['active', 'inactive', 'attention', 'unknown'] as const satisfies AiStatus[];
const problems = [
  'no-key',
  'key-refused',
  'agent-unknown',
  'webhook-elsewhere',
  'not-published',
] as const satisfies AgentStatus['problem'][];

const email = z.string().nullable().meta({ description: 'The clinic’s first recipient.' });
const aiStatus = z.enum(aiStatuses).meta({
  description:
    '`active`: Retell has the agent and tells us of its calls. `inactive`: the clinic has none of its own. `attention`: something must be done. `unknown`: Retell does not answer just now.',
});
/** Dashboards read `success` and `message`. */
const told = <Shape extends z.ZodRawShape>(id: string, shape: Shape) =>
  z.object({ success: z.literal(true), message: z.string(), data: z.object(shape) }).meta({ id });

const ConnectedAgent = told('ConnectedAgent', { agentId: z.string(), email, aiStatus, webhook: z.enum(nextWebhook) });
const DisconnectedAgent = told('DisconnectedAgent', {
  agentId: z.string(),
  email,
  aiStatus,
  webhook: z
    .enum(formerWebhook)
    .meta({ description: 'Only an address of ours is taken back; what it was before is put back.' }),
});
const Status = told('AgentStatus', {
  agentId: z.string().nullable(),
  email,
  aiStatus,
  agentName: z.string().optional(),
  webhook: z.enum(nextWebhook).optional(),
  lastEventAt: Instant.optional(),
  problem: z.enum(problems).optional().meta({ description: 'What asks for attention.' }),
});
const WebCall = z
  .object({
    call_id: z.string(),
    access_token: z.string(),
    transport: z.literal('gateway'),
    ice_servers: z.array(
      z.object({
        urls: z.union([z.string(), z.array(z.string())]),
        username: z.string().optional(),
        credential: z.string().optional(),
      }),
    ),
    expires_at: z.number().meta({ description: 'Epoch milliseconds.' }),
  })
  .meta({ id: 'WebCall', description: 'As Retell gives it, for `retell-client-js-sdk`.' });

const kept = {
  kind: CredentialKind,
  fingerprint: z.string().meta({ description: 'By which people tell values apart; nothing can be learned from it.' }),
};
const Credential = z
  .object({
    ...kept,
    putAt: Instant,
    former: z
      .object({ fingerprint: z.string(), until: Instant })
      .optional()
      .meta({ description: 'What it replaced, which still verifies what Retell has sent already.' }),
  })
  .meta({ id: 'Credential' });
const Tested = z
  .object({ ...kept, outcome: z.enum(['accepted', 'key-refused', 'unreachable']) })
  .meta({ id: 'TestedCredential' });

const ofAgent = operationsOf('agents');
const ofCredential = operationsOf('credentials');
const errors = (...answers: Parameters<typeof refusals>[0]) => refusals(answers, doorErrors);
const kind = inPath('kind', CredentialKind);

/** A clinic's own agent, the keys it is reached by, and calls from the browser. */
export const agentPaths = (): ZodOpenApiPathsObject => ({
  '/api/retell/connect-agent': {
    post: ofAgent('connectAgent', 'Connect an agent of the clinic’s own', {
      description: 'Who connects it shows that it is theirs: the API key must read the agent.',
      parameters: [chosenClinic],
      requestBody: sent(Connected.meta({ id: 'ConnectedAgentSent' })),
      responses: {
        '200': json('Connected', ConnectedAgent),
        ...errors(...bodyRefusals, forOwners, ...Object.values(notConnected)),
      },
    }),
  },
  '/api/retell/disconnect-agent': {
    delete: ofAgent('disconnectAgent', 'Give the clinic’s own agent up', {
      parameters: [chosenClinic],
      responses: { '200': json('Disconnected', DisconnectedAgent), ...errors(...Object.values(notDisconnected)) },
    }),
  },
  '/api/retell/agent-status': {
    get: ofAgent('readAgentStatus', 'See how the clinic’s own agent stands', {
      parameters: [chosenClinic],
      responses: { '200': json('As Retell says now', Status), ...errors() },
    }),
  },
  '/api/retell/create-web-call': {
    post: ofAgent('createWebCall', 'Begin a call that a browser joins', {
      parameters: [
        chosenClinic,
        z.string().meta({
          param: { name: 'Idempotency-Key', in: 'header' },
          description: 'Of your choice, for this one call. Sent again you get the first answer.',
        }),
      ],
      requestBody: sent(WantedCall.meta({ id: 'WebCallSent' }), false),
      responses: {
        '201': json('Begun', WebCall),
        ...errors(...bodyRefusals, keyNeeded, inProgress, keyReused, ...Object.values(noWebCall)),
      },
    }),
  },
  '/api/credentials': {
    get: ofCredential('listCredentials', 'List the clinic’s credentials', {
      description: 'Never their values: those go in and do not come out.',
      parameters: [chosenClinic],
      responses: { '200': json('Those kept', z.object({ credentials: z.array(Credential) })), ...errors() },
    }),
  },
  '/api/credentials/{kind}': {
    put: ofCredential('putCredential', 'Put a credential in, or another in its place', {
      parameters: [chosenClinic, kind],
      requestBody: sent(z.union(CredentialKind.options.map(PutCredential)).meta({ id: 'CredentialSent' })),
      responses: {
        '200': json('It counts at once', Credential),
        ...errors(...bodyRefusals, noSuchKind, changedMeanwhile),
      },
    }),
    delete: ofCredential('retireCredential', 'End a credential at once', {
      parameters: [chosenClinic, kind],
      responses: { '204': { description: 'Ended' }, ...errors(noSuchKind, noCredential, changedMeanwhile) },
    }),
  },
  '/api/credentials/{kind}/test': {
    post: ofCredential('testCredential', 'Ask the vendor whether a credential works', {
      parameters: [chosenClinic, kind],
      responses: { '200': json('What it says', Tested), ...errors(noSuchKind, noCredential) },
    }),
  },
});
