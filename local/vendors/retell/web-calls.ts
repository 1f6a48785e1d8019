import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { LanguageTag } from '#domain/language.ts';
import type { Scenario } from '#local/scenarios/scenario.ts';
import { Refusal } from '#local/vendors/control-http.ts';
import type { Account } from './accounts.ts';
import { type CallBasics, newCallId, registeredCall } from './call-object.ts';
import { CallOptions } from './asked-call.ts';
import type { Exchange } from './exchange.ts';
import { reportInOrder, talkOnLine } from './place-call.ts';
import type { Tell } from './timeline.ts';

/** What `create-web-call` takes. Variables are texts, or the order is refused. */
export const CreateWebCall = z.looseObject({
  agent_id: z.string().min(1),
  agent_version: z.union([z.int(), z.string()]).optional(),
  agent_override: z.looseObject({}).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  retell_llm_dynamic_variables: z.record(z.string(), z.string()).optional(),
});

/** A browser that joins, and what is said then. */
export const JoinWebCall = z.strictObject({ access_token: z.string(), scenario: z.string() });

/** So long a browser has to join. */
const joinWithinMs = 30_000;

interface Waiting {
  basics: CallBasics;
  token: string;
  expiresAt: number;
  account: Account;
}

/** Calls that wait for a browser. One that nobody joins in time is over without an event of it. */
export function createWebCalls(exchange: Exchange) {
  const waiting = new Map<string, Waiting>();

  return {
    /** @throws Refusal when the account has no such agent */
    async create(order: z.infer<typeof CreateWebCall>, account: Account) {
      if (!account.agents.has(order.agent_id)) throw new Refusal(404, 'Agent not found.');
      const basics: CallBasics = {
        callId: newCallId(),
        agentId: order.agent_id,
        agentVersion: 3,
        ...(order.metadata && { metadata: order.metadata }),
        ...(order.retell_llm_dynamic_variables && { variables: order.retell_llm_dynamic_variables }),
      };
      const token = randomBytes(24).toString('base64url');
      const expiresAt = exchange.now() + joinWithinMs;
      waiting.set(basics.callId, { basics, token, expiresAt, account });
      await exchange.archive.put([registeredCall(basics)]);
      return {
        call_id: basics.callId,
        access_token: token,
        transport: 'gateway',
        ice_servers: [{ urls: 'stun:stun.retell.example:3478' }],
        expires_at: expiresAt,
      };
    },

    /** Joins with the token and plays the talk to its last event. @throws Refusal when the token opens nothing */
    join(callId: string, accessToken: string, scenario: Scenario): (tell: Tell) => Promise<void> {
      const call = waiting.get(callId);
      if (!call || call.token !== accessToken || exchange.now() > call.expiresAt) {
        throw new Refusal(401, 'The access token opens no call that waits.');
      }
      waiting.delete(callId);
      const { basics, account } = call;
      const language = LanguageTag.catch('en').parse(basics.variables?.language);
      const clinic = { number: 'none', language, zone: 'UTC' };
      const asked = { scenario, clinic, options: CallOptions.parse({}) };
      const own = { ...exchange, apiKey: account.apiKey };
      return async (tell) => {
        await reportInOrder(talkOnLine(basics, asked, own, tell), asked.options, own, tell);
        tell({ step: 'finished', detail: { callId, status: exchange.archive.get(callId)?.call.call_status } });
      };
    },
  };
}
