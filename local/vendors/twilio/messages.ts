import { newSid } from './call.ts';
import type { Exchange } from './exchange.ts';
import { addressesOf } from './numbers.ts';
import { restError, type RestAnswer } from './rest-answer.ts';
import { type Form, sendWebhook, type WebhookAnswer } from './webhook.ts';

/** A message that was sent: the patient's telephone is not played, its screen is this list. */
export interface SentMessage {
  sid: string;
  to: string;
  from: string | null;
  body: string;
  /** Epoch ms. */
  sentAtMs: number;
}

/** Messages of the account, and who asked for no more. */
export interface MessageBox {
  sent: SentMessage[];
  received: SentMessage[];
  /** `sender recipient`, the sender being a messaging service or a number. */
  blocked: Set<string>;
  /** The service a number wrote to last: Twilio knows it by its configuration, which is not played here. */
  services: Map<string, string>;
}

export const emptyMessageBox = (): MessageBox => ({ sent: [], received: [], blocked: new Set(), services: new Map() });

/** The account's default words; French ones take Advanced Opt-Out, which is not on here. */
const stopWords = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT']);
const startWords = new Set(['START', 'YES', 'UNSTOP']);

const longestBody = 1_600;
const isAddress = (text: string | null): text is string => /^(whatsapp:)?\+[1-9]\d{6,14}$/.test(text ?? '');

export function createMessage(form: URLSearchParams, exchange: Exchange, box: MessageBox): RestAnswer {
  const { now } = exchange;
  const [to, from, service, body] = ['To', 'From', 'MessagingServiceSid', 'Body'].map((name) => form.get(name));
  if (!isAddress(to ?? null)) return restError(400, 21211, `Invalid 'To' Phone Number: ${to}`);
  if (!from && !service) return restError(400, 21603, "A 'From' phone number is required.");
  if (service && !/^MG[0-9a-f]{32}$/.test(service)) return restError(400, 21701, 'The messaging service is unknown.');
  if (!body) return restError(400, 21602, 'Message body is required.');
  if (body.length > longestBody) return restError(400, 21617, 'The concatenated message body exceeds 1600 characters.');
  const sender = service ?? from!;
  if (service) box.services.set(to!, service);
  if (box.blocked.has(`${sender} ${to}`)) return restError(400, 21610, 'Attempt to send to unsubscribed recipient');
  const message: SentMessage = { sid: newSid('SM'), to: to!, from: from ?? null, body, sentAtMs: now() };
  box.sent.push(message);
  void reportStatus(form.get('StatusCallback'), message, sender, exchange);
  return {
    status: 201,
    body: {
      ...messageResource(message, exchange),
      status: service ? 'accepted' : 'queued',
      direction: 'outbound-api',
      messaging_service_sid: service ?? null,
      num_segments: service ? '0' : '1',
      date_sent: null,
    },
  };
}

function messageResource({ sentAtMs, ...message }: SentMessage, { accountSid }: Exchange) {
  const uri = `/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}`;
  const at = new Date(sentAtMs).toUTCString().replace('GMT', '+0000');
  return {
    ...message,
    account_sid: accountSid,
    api_version: '2010-04-01',
    messaging_service_sid: null,
    num_segments: '1',
    num_media: '0',
    error_code: null,
    error_message: null,
    price: null,
    price_unit: null,
    date_created: at,
    date_updated: at,
    date_sent: at,
    uri: `${uri}.json`,
    subresource_uris: { media: `${uri}/Media.json` },
  };
}

/** Page by page, both ways; of dates it knows `DateSent<`, which Twilio takes to the end of that day. */
export function listMessages(search: URLSearchParams, path: string, exchange: Exchange, box: MessageBox): RestAnswer {
  const [to, from, until] = ['To', 'From', 'DateSent<'].map((name) => search.get(name));
  const [page, size] = [Number(search.get('Page') ?? 0), Number(search.get('PageSize') ?? 50)];
  const day = (text: string) => text.slice(0, 10);
  const found = [
    ...box.sent.map((message) => ({ message, status: 'delivered', direction: 'outbound-api' })),
    ...box.received.map((message) => ({ message, status: 'received', direction: 'inbound' })),
  ].filter(
    ({ message }) =>
      (!to || message.to === to) &&
      (!from || message.from === from) &&
      (!until || day(new Date(message.sentAtMs).toISOString()) <= day(until)),
  );
  const uriOf = (n: number) => {
    const query = new URLSearchParams(search);
    query.set('Page', String(n));
    return `${path}?${query}`;
  };
  const messages = found.slice(page * size, (page + 1) * size).map(({ message, ...how }) => ({
    ...messageResource(message, exchange),
    ...how,
  }));
  const next = (page + 1) * size < found.length ? uriOf(page + 1) : null;
  return { status: 200, body: { messages, page, page_size: size, uri: uriOf(page), next_page_uri: next } };
}

export function removeMessage(sid: string, box: MessageBox): RestAnswer | undefined {
  for (const list of [box.sent, box.received]) {
    const at = list.findIndex((message) => message.sid === sid);
    if (at === -1) continue;
    list.splice(at, 1);
    return { status: 204, body: {} };
  }
  return undefined;
}

/** Tells that a message was sent and arrived, in the order seen most often. */
async function reportStatus(
  url: string | null,
  { sid, to, from }: SentMessage,
  sender: string,
  { accountSid, habits }: Exchange,
): Promise<void> {
  if (!url) return;
  for (const status of ['sent', 'delivered']) {
    const form: Form = {
      AccountSid: accountSid,
      ApiVersion: '2010-04-01',
      MessageSid: sid,
      SmsSid: sid,
      MessageStatus: status,
      SmsStatus: status,
      To: to,
      From: from ?? '',
      ...(sender.startsWith('MG') && { MessagingServiceSid: sender }),
    };
    // The stand-in may have stopped meanwhile.
    await sendWebhook({ url, form }, habits).catch(() => undefined);
  }
}

/** Somebody writes to a number of the account: heeded as Twilio heeds it, then told to us. */
export async function receiveMessage(
  { from, to, body, optOutType }: { from: string; to: string; body: string; optOutType?: string },
  { accountSid, habits, now, ...exchange }: Exchange,
  box: MessageBox,
): Promise<WebhookAnswer & { messageSid: string }> {
  const word = body.trim().toUpperCase();
  const senders = [to, box.services.get(from) ?? to];
  for (const sender of senders) {
    if (stopWords.has(word) || optOutType === 'STOP') box.blocked.add(`${sender} ${from}`);
    if (startWords.has(word) || optOutType === 'START') box.blocked.delete(`${sender} ${from}`);
  }
  const messageSid = newSid('SM');
  box.received.push({ sid: messageSid, to, from, body, sentAtMs: now() });
  const answer = await sendWebhook(
    {
      url: addressesOf(to.replace('whatsapp:', ''), exchange).smsUrl,
      form: {
        AccountSid: accountSid,
        ApiVersion: '2010-04-01',
        Body: body,
        From: from,
        MessageSid: messageSid,
        NumMedia: '0',
        NumSegments: '1',
        SmsMessageSid: messageSid,
        SmsSid: messageSid,
        SmsStatus: 'received',
        To: to,
        ...(from.startsWith('whatsapp:') && { MessageType: 'text', WaId: from.replace(/\D/g, '') }),
        ...(optOutType && { OptOutType: optOutType }),
      },
    },
    habits,
  );
  return { ...answer, messageSid };
}
