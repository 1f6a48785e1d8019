import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import PostalMime from 'postal-mime';
import type { SESClient } from '@aws-sdk/client-ses';
import { createEmailSender, createSes, mimeMessage } from '#adapters/ses/email-sender.ts';
import { recipientIdOf } from '#domain/clinics/recipients/recipient-id.ts';
import { callSummaryEmail } from '#domain/notifications/call-summary-email.ts';
import { EmailRefused } from '#domain/notifications/deliveries.ts';
import type { SummaryLetter } from '#domain/notifications/email-sender.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { conversation } from '#test/fakes/conversation.ts';

const to = 'accueil@clinique.example';
const call = conversation({ outcome: 'booked' });

function outgoing(
  changes: Partial<SummaryLetter> = {},
  name = 'Clinique de l’Été',
  outcome = call.outcome,
): SummaryLetter {
  const clinic = { ...clinicProfile(), name };
  return {
    clinicId: clinic.id,
    conversationId: call.conversationId,
    template: 'call-summary',
    recipientId: recipientIdOf(to),
    attempt: 2,
    to,
    document: callSummaryEmail({
      clinic,
      recipient: { address: to },
      conversation: { ...call, outcome },
      appointments: [],
      messages: [],
      identified: [],
      template: 'call-summary',
      degraded: false,
      consoleUrl: 'https://console.example',
    }),
    ...changes,
  };
}

const sender = 'summaries@mail.frontdesk.example';

async function parsed(email: SummaryLetter) {
  const raw = (await mimeMessage(email, sender)).toString('latin1');
  const [head = ''] = raw.split('\r\n\r\n');
  return { raw, head, mail: await PostalMime.parse(Buffer.from(raw, 'latin1')) };
}

const headerOf = (mail: Awaited<ReturnType<typeof parsed>>['mail'], name: string) =>
  mail.headers.filter(({ key }) => key === name).map(({ value }) => value);

test('the message reads back as it was meant, in both parts', async () => {
  const email = outgoing({ replyTo: 'secretariat@clinique.example' });
  const { mail, raw } = await parsed(email);
  expect(mail.from).toMatchObject({ name: 'Clinique de l’Été', address: sender });
  expect(mail.to).toEqual([expect.objectContaining({ address: to })]);
  expect(mail.replyTo).toEqual([expect.objectContaining({ address: 'secretariat@clinique.example' })]);
  expect(mail.subject).toBe('[Clinique de l’Été] Nouvel appel – 5 oct. 2026, 13 h 30 – rendez-vous pris');
  expect(mail.html).toContain('Rendez-vous pris');
  expect(mail.text).toContain('Lundi 5 octobre 2026 à 13 h 30');
  expect(headerOf(mail, 'auto-submitted')).toEqual(['auto-generated']);
  expect(headerOf(mail, 'x-frontdesk-conversation')).toEqual([call.conversationId]);
  expect(headerOf(mail, 'content-language')).toEqual(['fr']);
  expect(headerOf(mail, 'importance')).toEqual([]);
  expect(raw).toMatch(/multipart\/alternative/);
  expect(raw.indexOf('text/plain')).toBeLessThan(raw.indexOf('text/html'));
  // As SMTP wants it: lines of at most 998 bytes, all of them ASCII and ended by CR LF.
  expect(Math.max(...raw.split('\r\n').map((line) => line.length))).toBeLessThan(998);
  expect(raw.replaceAll('\r\n', '')).not.toMatch(/[\r\n]|[^\u0000-\u007f]/);
});

test('an emergency is sent with high priority', async () => {
  const { mail } = await parsed(outgoing({}, 'Clinique Exemple', 'emergency'));
  expect(headerOf(mail, 'importance')).toEqual(['high']);
  expect(mail.subject).toMatch(/^URGENT – /);
});

test.each([
  'A\r\nBcc: thief@example.com',
  'A" <thief@example.com>, "B',
  'A <thief@example.com>',
  '=?utf-8?q?A=0D=0ABcc:_thief@example.com?=',
  'Clinique\u2028Bcc: thief@example.com',
  '<script>alert(1)</script>\u202e',
  'N'.repeat(80),
  '診'.repeat(80),
])('the clinic name %j cannot forge a header', async (name) => {
  const { mail, head } = await parsed(outgoing({}, name));
  expect(mail.from?.address).toBe(sender);
  expect(mail.to).toHaveLength(1);
  expect([mail.cc, mail.bcc, mail.replyTo].flatMap((list) => list ?? [])).toEqual([]);
  expect(
    head
      .split('\r\n')
      .filter((line) => /^\S/.test(line))
      .map((line) => line.split(':')[0]),
  ).toEqual([
    'Auto-Submitted',
    'Content-Language',
    'X-Frontdesk-Conversation',
    'From',
    'To',
    'Subject',
    'Message-ID',
    'Date',
    'MIME-Version',
    'Content-Type',
  ]);
  expect(mail.subject).toMatch(/ Nouvel appel – 5 oct\. 2026, 13 h 30 – rendez-vous pris$/);
});

/** Something that answers as SES does, and what it was asked. */
async function ses(answer: RequestListener) {
  const requests: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (part: Buffer) => chunks.push(part));
    request.on('end', () => {
      requests.push(new URLSearchParams(Buffer.concat(chunks).toString()));
      answer(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { requests, close, endpoint: `http://127.0.0.1:${port}` };
}

/** The product's own client, pointed at it. */
function client(endpoint: string, requestTimeoutMs = 2_000): SESClient {
  return createSes({
    endpoint,
    region: 'eu-west-3',
    credentials: { accessKeyId: 'example', secretAccessKey: 'example' },
    requestTimeoutMs,
  });
}

const settings = { senderAddress: sender, configurationSet: 'frontdesk-test' };
const accepted =
  '<SendRawEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendRawEmailResult><MessageId>0102-example</MessageId></SendRawEmailResult></SendRawEmailResponse>';
const refusal = (code: string) =>
  `<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>Address ${to} is not wanted.</Message></Error></ErrorResponse>`;

test('an accepted message answers its id and was tagged so that its events find the delivery', async () => {
  const stand = await ses((_, response) => response.end(accepted));
  try {
    const email = outgoing();
    expect(await createEmailSender(settings, client(stand.endpoint)).send(email)).toEqual({
      messageId: '0102-example',
    });
    const [request] = stand.requests as [URLSearchParams];
    expect(stand.requests).toHaveLength(1);
    expect(Object.fromEntries(request)).toMatchObject({
      Action: 'SendRawEmail',
      Source: sender,
      'Destinations.member.1': to,
      ConfigurationSetName: 'frontdesk-test',
    });
    const tags = [1, 2, 3, 4, 5].map((n) => [
      request.get(`Tags.member.${n}.Name`),
      request.get(`Tags.member.${n}.Value`) ?? '',
    ]);
    expect(Object.fromEntries(tags)).toEqual({
      clinicId: email.clinicId,
      conversationId: email.conversationId,
      recipientId: email.recipientId,
      template: 'call-summary',
      attempt: '2',
    });
    for (const [, value] of tags) expect(value).toMatch(/^[A-Za-z0-9_-]{1,256}$/);
    const raw = Buffer.from(request.get('RawMessage.Data') ?? '', 'base64');
    expect((await PostalMime.parse(raw)).to).toEqual([expect.objectContaining({ address: to })]);
  } finally {
    await stand.close();
  }
});

test.each([
  [400, 'MessageRejected'],
  [400, 'Throttling'],
  [429, 'TooManyRequests'],
  [400, 'MailFromDomainNotVerifiedException'],
  [400, 'ConfigurationSetDoesNotExist'],
  [400, 'AccountSendingPausedException'],
  [403, 'SignatureDoesNotMatch'],
])('after %d %s it is certain that nothing was sent, and the error names no address', async (status, code) => {
  const stand = await ses((_, response) => response.writeHead(status).end(refusal(code)));
  try {
    const failure = await createEmailSender(settings, client(stand.endpoint))
      .send(outgoing())
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(EmailRefused);
    expect((failure as Error).message).not.toContain(to);
    expect(stand.requests).toHaveLength(1);
  } finally {
    await stand.close();
  }
});

test.each<[string, RequestListener]>([
  ['a failure of its own', (_, response) => response.writeHead(503).end(refusal('ServiceUnavailable'))],
  ['a connection that breaks', (request) => request.socket.destroy()],
  ['no answer at all', () => undefined],
  ['an answer that makes no sense', (_, response) => response.end('<html>')],
  ['a request it did not read to the end', (_, response) => response.writeHead(408).end(refusal('RequestTimeout'))],
])('after %s nobody knows, and it is not asked again', async (_, answer) => {
  const stand = await ses(answer);
  try {
    const failure = await createEmailSender(settings, client(stand.endpoint, 300))
      .send(outgoing())
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(EmailRefused);
    expect(stand.requests).toHaveLength(1);
  } finally {
    await stand.close();
  }
});

// Errors of Node's own sockets lose their code between jest's two worlds, so here the client throws them itself.
test.each([
  { code: 'ECONNREFUSED' },
  { code: 'ENOTFOUND' },
  { code: 'EAI_AGAIN' },
  { name: 'CredentialsProviderError' },
])('a request that never left (%j) has sent nothing', async (traits) => {
  const unreachable = { send: () => Promise.reject(Object.assign(new Error('no way out'), traits)) };
  await expect(
    createEmailSender(settings, unreachable as unknown as SESClient).send(outgoing()),
  ).rejects.toBeInstanceOf(EmailRefused);
});
