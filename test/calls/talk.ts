import { randomBytes } from 'node:crypto';
import type { LocalJson } from '#local/local-json.ts';
import { waitFor } from './local-system.ts';
import type { RetellClient } from './retell-client.ts';

/** What a function answers: a code to branch on, a sentence to say, and its fields. */
export type Reply = { code: string; say: string } & Record<string, unknown>;

type Ring = {
  call_inbound: { dynamic_variables: Record<string, string>; metadata?: object; override_agent_id?: string };
};

/** A call that is under way: it rang, it began, and its flow calls our functions with what was said so far. */
export async function startTalk(client: RetellClient, json: LocalJson, fromNumber: string, toNumber: string) {
  const call_id = `call_${randomBytes(13).toString('hex')}`;
  const conversationId = `retell_${call_id}`;
  const numbers = { from_number: fromNumber, to_number: toNumber };
  const ring = await client.post('/api/retell/inbound', {
    event: 'call_inbound',
    call_inbound: { call_id, ...numbers },
  });
  const { dynamic_variables, metadata, override_agent_id } = ((await ring.json()) as Ring).call_inbound;
  const bound = json.clinics.find((one) => one.numbers.includes(toNumber))?.agents[0]?.id;
  const basics = {
    call_id,
    call_type: 'phone_call',
    direction: 'inbound',
    ...numbers,
    agent_id: override_agent_id ?? bound ?? json.clinics.flatMap(({ agents }) => agents)[0]?.id,
    ...(metadata && { metadata }),
    retell_llm_dynamic_variables: dynamic_variables,
    start_timestamp: Date.now(),
  };
  await client.event('call_started', { ...basics, call_status: 'ongoing' });

  const said: { role: 'agent' | 'user'; content: string }[] = [];
  const soFar = () => ({
    transcript_object: said.map((turn) => ({ ...turn, words: [] })),
    transcript: said.map(({ role, content }) => `${role === 'agent' ? 'Agent' : 'User'}: ${content}\n`).join(''),
  });

  /** The bytes a function node sends. */
  const bytes = (tool: string, args: object): string =>
    JSON.stringify({ name: tool, call: { ...basics, call_status: 'ongoing', ...soFar() }, args });

  /** Sends them, and again while the caller is asked for patience, as a flow would. */
  const send = (tool: string, raw: string): Promise<Reply> =>
    waitFor(async () => {
      const answer = await client.send(`/api/functions/${tool}`, raw);
      expect(answer.status).toBe(200);
      const reply = (await answer.json()) as Reply;
      expect(reply.say).not.toBe('');
      return reply.code === 'RETRY_LATER' ? undefined : reply;
    });

  return {
    conversationId,
    bytes,
    send,
    /** The caller says this. */
    hear(content: string): void {
      said.push({ role: 'user', content });
    },
    /** The flow calls a function and says what it answers. */
    async call(tool: string, args: object = {}): Promise<Reply> {
      const reply = await send(tool, bytes(tool, { clinic_id: dynamic_variables.clinic_id, ...args }));
      said.push({ role: 'agent', content: reply.say });
      return reply;
    },
    /** The caller hangs up, and the vendor's analysis comes. */
    async end(summary: string): Promise<void> {
      const end_timestamp = Date.now();
      const ended = {
        ...basics,
        ...soFar(),
        call_status: 'ended',
        end_timestamp,
        duration_ms: end_timestamp - basics.start_timestamp,
        disconnection_reason: 'user_hangup',
      };
      await client.event('call_ended', ended);
      await client.event('call_analyzed', {
        ...ended,
        call_analysis: { call_summary: summary, call_successful: true },
      });
    },
  };
}
export type Talk = Awaited<ReturnType<typeof startTalk>>;
