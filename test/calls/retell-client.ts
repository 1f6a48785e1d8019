import { randomBytes } from 'node:crypto';
import Retell from 'retell-sdk';
import type { LocalJson } from '#local/local-json.ts';
import { waitFor } from './local-system.ts';

export interface Email {
  to: string;
  subject: string;
  html: string;
  text: string;
  headers: Record<string, string>;
}

/** A client written with nothing but the vendor's SDK and `local.json`, as anybody else would write one. */
export function retellClient(json: () => LocalJson) {
  /** Sends these bytes, signed over them unless there is a signature to try. */
  async function send(path: string, raw: string, signature?: string): Promise<Response> {
    const { api, retell } = json();
    return fetch(`${api}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-retell-signature': signature ?? (await Retell.sign(raw, retell.apiKey)),
      },
      body: raw,
    });
  }

  const post = (path: string, body: object, { signature }: { signature?: string } = {}): Promise<Response> =>
    send(path, JSON.stringify(body), signature);

  async function emails(conversationId: string): Promise<Email[]> {
    const answer = await fetch(`${json().mailbox.json}?conversation=${conversationId}`);
    return (await answer.json()) as Email[];
  }

  return {
    post,
    send,
    emails,
    ring: (toNumber: string, path = '') =>
      post(`/api/retell/inbound${path}`, {
        event: 'call_inbound',
        call_inbound: { from_number: '+12025550117', to_number: toNumber },
      }),
    event: (event: string, call: object) => post('/api/retell/webhook', { event, call }),
    /** The e-mails of a conversation as soon as there are so many. */
    awaitEmails: (conversationId: string, count: number) =>
      waitFor(async () => {
        const found = await emails(conversationId);
        return found.length >= count ? found : undefined;
      }, 150_000),
  };
}

export type RetellClient = ReturnType<typeof retellClient>;

/** A call of five minutes that has just ended, with a patient whose name must stay where it belongs. */
export function aCall(toNumber: string, changes: object = {}) {
  const call_id = `call_${randomBytes(13).toString('hex')}`;
  const end_timestamp = Date.now();
  return {
    conversationId: `retell_${call_id}`,
    started: {
      call_id,
      call_type: 'phone_call',
      direction: 'inbound',
      from_number: '+12025550117',
      to_number: toNumber,
    },
    call: {
      call_id,
      call_type: 'phone_call',
      call_status: 'ended',
      direction: 'inbound',
      from_number: '+12025550117',
      to_number: toNumber,
      start_timestamp: end_timestamp - 300_000,
      end_timestamp,
      duration_ms: 300_000,
      disconnection_reason: 'user_hangup',
      transcript: 'Agent: Bonjour.\nUser: Bonjour, je m’appelle Zélie Canari.\n',
      ...changes,
    },
    analysis: { call_analysis: { call_summary: 'Zélie Canari a posé une question.', call_successful: true } },
  };
}
