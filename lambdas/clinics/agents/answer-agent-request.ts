import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { RetellAccounts } from '#adapters/retell/clinic-agents.ts';
import { isoInstant } from '#domain/clock.ts';
import { Agent } from '#domain/clinics/agent.ts';
import { CredentialKind, credentialShapes, type KeptCredential } from '#domain/clinics/credentials/credential.ts';
import type { CredentialVault } from '#domain/clinics/credentials/vault.ts';
import type { Member, MemberStore } from '#domain/clinics/members/member.ts';
import { allows, type Right } from '#domain/clinics/members/rights.ts';
import { LanguageTag } from '#domain/language.ts';
import type { AnsweredRequests } from '#domain/scheduling/answered-requests.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from '#lambdas/http.ts';
import { bodyOf } from '#lambdas/json-body.ts';
import { idempotencyKeyHash, requestHash } from '#lambdas/scheduling/api/idempotent.ts';
import { asMember } from '#lambdas/signed-in.ts';
import { type AgentDeps, connectAgent, type Connection } from './connect-agent.ts';
import { createWebCall, type CreatedWebCall, type WebCallDeps } from './create-web-call.ts';
import { disconnectAgent } from './disconnect-agent.ts';
import { type AgentActivity, readAgentStatus } from './read-agent-status.ts';
import type { TakenBack } from './take-webhook-back.ts';

interface Deps extends AgentDeps, Omit<WebCallDeps, keyof AgentDeps> {
  members: Pick<MemberStore, 'of' | 'clinicNamed'>;
  credentials: CredentialVault;
  accounts: RetellAccounts;
  activity: AgentActivity;
  answered: AnsweredRequests;
}

type Work = (request: HttpRequest) => Promise<HttpAnswer>;

/** The routes of clinics' agents and of the keys they are reached by, and the right each asks for. */
export const agentRoutes = {
  'POST /api/retell/connect-agent': 'agents.connect',
  'DELETE /api/retell/disconnect-agent': 'agents.connect',
  'GET /api/retell/agent-status': 'agents.read',
  'POST /api/retell/create-web-call': 'calls.make',
  'GET /api/credentials': 'credentials.write',
  'PUT /api/credentials/{kind}': 'credentials.write',
  'POST /api/credentials/{kind}/test': 'credentials.write',
  'DELETE /api/credentials/{kind}': 'credentials.write',
} as const satisfies Record<string, Right>;

export const Connected = z.strictObject({
  agentId: Agent.shape.id,
  apiKey: credentialShapes['retell-api-key'].optional(),
});
export const WantedCall = z.strictObject({ language: LanguageTag.optional() });
export const PutCredential = (kind: CredentialKind) => z.strictObject({ value: credentialShapes[kind] });

/** Dashboards read `success` and `message`; everybody else reads `error`, as on all routes. */
const refusal = (status: number, code: string, message: string): HttpAnswer => ({
  status,
  body: { success: false, message, error: { code, message } },
});
const done = (message: string, data: object): HttpAnswer => ({
  status: 200,
  headers: { 'cache-control': 'no-store' },
  body: { success: true, message, data },
});

export const changedMeanwhile = refusal(
  409,
  'changed-meanwhile',
  'Somebody changed this meanwhile. Look again and repeat it.',
);
export const forOwners = refusal(
  403,
  'owners-only',
  'Only an owner gives the clinic another key. Leave apiKey out, or ask one.',
);
export const notConnected: Record<Exclude<Connection['outcome'], 'connected'>, HttpAnswer> = {
  'key-needed': refusal(
    422,
    'api-key-needed',
    'Send the API key of the Retell account in which the agent is, as apiKey, or let an owner keep it under credentials.',
  ),
  'key-refused': refusal(422, 'api-key-refused', 'Retell refuses this API key. Copy it from Retell’s dashboard again.'),
  'agent-unknown': refusal(
    422,
    'agent-unknown',
    'The account of this API key has no such agent. Check the agent’s id.',
  ),
  unreachable: refusal(
    503,
    'retell-unreachable',
    'Retell does not answer. Nothing was changed; try again in a moment.',
  ),
  'agent-taken': refusal(
    409,
    'agent-taken',
    'Another clinic has connected this agent. One agent answers for one clinic.',
  ),
  'other-agent': refusal(409, 'other-agent-connected', 'The clinic has another agent. Disconnect that one first.'),
  'too-many-agents': refusal(409, 'too-many-agents', 'The clinic names as many agents as it can. Remove one first.'),
  'clinic-closed': refusal(409, 'clinic-closed', 'The clinic has left, or is leaving. It connects nothing any more.'),
  'changed-meanwhile': changedMeanwhile,
};
export const notDisconnected = {
  'not-connected': refusal(404, 'no-agent', 'The clinic has no agent of its own.'),
  'last-agent': refusal(
    409,
    'last-agent',
    'No other agent would answer for the clinic. Ask the people who run Frontdesk for the shared one first.',
  ),
  'changed-meanwhile': changedMeanwhile,
} as const;
export const noWebCall: Record<Exclude<CreatedWebCall['outcome'], 'created'>, HttpAnswer> = {
  'clinic-inactive': errorAnswer(
    403,
    'clinic-inactive',
    'This clinic is not active here. Ask the people who run Frontdesk.',
  ),
  'language-unknown': errorAnswer(
    422,
    'language-unknown',
    'The clinic does not speak this language. Send one it does.',
  ),
  'no-agent': errorAnswer(409, 'no-agent', 'The clinic has no agent at Retell. Connect one first.'),
  'too-many': {
    ...errorAnswer(
      429,
      'too-many-web-calls',
      'Too many calls were begun. Wait an hour; the clinic’s day ends at 0:00 UTC.',
    ),
    headers: { 'retry-after': '3600' },
  },
  'vendor-failed': errorAnswer(503, 'retell-unreachable', 'Retell did not begin the call. Try again in a moment.'),
};
const webhookSentences = {
  ours: 'Retell sends its calls to us.',
  'in-draft': 'Its newest version is a draft: publish it in Retell’s dashboard, then its calls come to us.',
  'not-set': 'Retell could not be told to send its calls to us: send the same request again.',
} as const;
const takenBackSentences = {
  'taken-back': 'Retell tells us of its calls no more.',
  'put-back': 'Retell sends its calls where they went before.',
  'not-ours': 'Where Retell sends its calls was left as it is.',
  'in-draft':
    'Its newest version is a draft: publish it in Retell’s dashboard, then its calls do not come to us any more.',
  'not-taken-back':
    'Retell could not be told: connect and disconnect it again, or change its webhook in Retell’s dashboard. Until then its calls still come to us.',
} as const satisfies Record<TakenBack, string>;

export const noSuchKind = errorAnswer(
  404,
  'kind-unknown',
  `There is no such kind of credential. There is: ${CredentialKind.options.join(', ')}.`,
);
export const noCredential = errorAnswer(404, 'credential-unknown', 'The clinic keeps no credential of this kind.');

export const keyNeeded = errorAnswer(
  400,
  'idempotency-key-needed',
  'Send a header Idempotency-Key, another for each call you want.',
);
export const inProgress = errorAnswer(
  409,
  'in-progress',
  'A request with this Idempotency-Key is being answered. Ask again shortly.',
);
export const keyReused = errorAnswer(
  422,
  'idempotency-key-reused',
  'This Idempotency-Key came with another request. Choose a new one.',
);

const shown = ({ kind, fingerprint, putAtMs, former }: KeptCredential, nowMs: number) => ({
  kind,
  fingerprint,
  putAt: isoInstant(putAtMs),
  ...(former &&
    former.untilMs > nowMs && { former: { fingerprint: former.fingerprint, until: isoInstant(former.untilMs) } }),
});

/** A clinic's own agent, its keys, and calls from the browser. */
export function answerAgentRequest(deps: Deps): Work {
  const { members, clinics, credentials, accounts, answered, clock } = deps;
  const connect = connectAgent(deps);
  const disconnect = disconnectAgent(deps);
  const status = readAgentStatus(deps);
  const webCall = createWebCall(deps);

  const of = (route: keyof typeof agentRoutes, work: (request: HttpRequest, by: Member) => Promise<HttpAnswer>) =>
    [route, asMember({ members }, agentRoutes[route], work)] as const;

  const ofKind = (
    route: keyof typeof agentRoutes,
    work: (kind: CredentialKind, request: HttpRequest, by: Member) => Promise<HttpAnswer>,
  ) =>
    of(route, async (request, by) => {
      const kind = CredentialKind.safeParse(request.pathParameters.kind);
      return kind.success ? work(kind.data, request, by) : noSuchKind;
    });

  const emailOf = async ({ clinicId }: Member) =>
    (await clinics.profile(clinicId))?.email.recipients.find(({ alternative }) => !alternative)?.address ?? null;

  /** Does what is asked for once, however often it comes under its key. */
  async function once(request: HttpRequest, by: Member, work: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const keyHash = idempotencyKeyHash(request.headers['idempotency-key'] ?? '');
    if (!keyHash) return keyNeeded;
    // Whoever else chose the same key asks for another call.
    const who = createHash('sha256').update(by.userId).digest('hex').slice(0, 32);
    const name = { clinicId: by.clinicId, apiKeyId: `WEBCALL#${who}`, keyHash };
    const claimed = await answered.claim(name, requestHash(request.rawBody, undefined), clock.now());
    switch (claimed.outcome) {
      case 'answered':
        return { ...claimed.answer, headers: { ...claimed.answer.headers, 'idempotency-replayed': 'true' } };
      case 'in-progress':
        return inProgress;
      case 'other-request':
        return keyReused;
      case 'claimed':
        break;
    }
    let answer: HttpAnswer | undefined;
    try {
      return (answer = await work());
    } finally {
      const { claim } = claimed;
      if (answer && answer.status < 300) await answered.settle(claim, { body: {}, ...answer }, clock.now());
      else await answered.release(claim, clock.now());
    }
  }

  const works = new Map<string, Work>([
    of('POST /api/retell/connect-agent', async (request, by) => {
      const wanted = bodyOf(Connected, request);
      if ('refused' in wanted) return wanted.refused;
      if (wanted.body.apiKey !== undefined && !allows(by.role, 'credentials.write')) {
        return forOwners;
      }
      const answer = await connect(by, wanted.body, request.requestId);
      if (answer.outcome !== 'connected') return notConnected[answer.outcome];
      const { agent, webhook, replaced } = answer;
      const instead =
        replaced && webhook !== 'not-set'
          ? ' They went to another address before, and will again when it is disconnected.'
          : '';
      return done(`The agent is connected. ${webhookSentences[webhook]}${instead}`, {
        agentId: agent.agentId,
        email: await emailOf(by),
        aiStatus: webhook === 'ours' ? 'active' : 'attention',
        webhook,
      });
    }),

    of('DELETE /api/retell/disconnect-agent', async (request, by) => {
      const answer = await disconnect(by, request.requestId);
      if (answer.outcome !== 'disconnected') return notDisconnected[answer.outcome];
      const { agentId, webhook } = answer;
      return done(`The agent is disconnected. ${takenBackSentences[webhook]}`, {
        agentId,
        email: await emailOf(by),
        aiStatus: 'inactive',
        webhook,
      });
    }),

    of('GET /api/retell/agent-status', async (_request, { clinicId }) => {
      const found = await status(clinicId);
      return done(found.agentId ? 'The clinic has an agent of its own.' : 'The clinic has no agent of its own.', found);
    }),

    of('POST /api/retell/create-web-call', async (request, by) => {
      const wanted = request.rawBody.length ? bodyOf(WantedCall, request) : { body: {} };
      if ('refused' in wanted) return wanted.refused;
      return once(request, by, async () => {
        const made = await webCall(by, wanted.body);
        if (made.outcome !== 'created') return noWebCall[made.outcome];
        return { status: 201, headers: { 'cache-control': 'no-store' }, body: made.call };
      });
    }),

    of('GET /api/credentials', async (_request, { clinicId }) => {
      const kept = await credentials.list(clinicId);
      return { status: 200, body: { credentials: kept.map((one) => shown(one, clock.now())) } };
    }),

    ofKind('PUT /api/credentials/{kind}', async (kind, request, { clinicId, userId }) => {
      const wanted = bodyOf(PutCredential(kind), request);
      if ('refused' in wanted) return wanted.refused;
      const actor = { actorType: 'user', actorId: userId, requestId: request.requestId } as const;
      const put = await credentials.put(clinicId, kind, wanted.body.value, actor);
      if (put.outcome === 'changed-meanwhile') return changedMeanwhile;
      return { status: 200, body: shown(put.credential, clock.now()) };
    }),

    ofKind('POST /api/credentials/{kind}/test', async (kind, _request, { clinicId }) => {
      const [kept, values] = await Promise.all([credentials.list(clinicId), credentials.read(clinicId, kind)]);
      const credential = kept.find((one) => one.kind === kind);
      if (!credential || !values) return noCredential;
      const outcome = await accounts.check(values[0]);
      return { status: 200, body: { kind, fingerprint: credential.fingerprint, outcome } };
    }),

    ofKind('DELETE /api/credentials/{kind}', async (kind, request, { clinicId, userId }) => {
      const actor = { actorType: 'user', actorId: userId, requestId: request.requestId } as const;
      const { outcome } = await credentials.retire(clinicId, kind, actor);
      if (outcome === 'changed-meanwhile') return changedMeanwhile;
      return outcome === 'retired' ? { status: 204 } : noCredential;
    }),
  ]);

  return async (request) => {
    const work = works.get(request.route ?? '');
    if (!work) throw new Error('a route was wired to agents that they do not know');
    return work(request);
  };
}
