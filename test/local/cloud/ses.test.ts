import { SendRawEmailCommand, SESClient } from '@aws-sdk/client-ses';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createMailbox } from '#local/cloud/mailbox.ts';
import { openMailStore } from '#local/cloud/mail-store.ts';
import { openQueues, type Queues } from '#local/cloud/queues.ts';
import { openSes, type Ses } from '#local/cloud/ses.ts';
import { openStateDatabase } from '#local/cloud/state-database.ts';
import { openTopics } from '#local/cloud/topics.ts';
import { openSmallCloud, type SmallCloud } from './small-cloud.ts';

let small: SmallCloud;
let ses: Ses;
let queues: Queues;
let client: SESClient;
let mailbox: string;

beforeAll(async () => {
  const closing: (() => unknown)[] = [];
  small = await openSmallCloud(
    {
      Set: { Type: 'AWS::SES::ConfigurationSet', Properties: { Name: 'frontdesk-test' } },
      Identity: { Type: 'AWS::SES::EmailIdentity', Properties: { EmailIdentity: 'mail.frontdesk.example' } },
      Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'email' } },
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'email-events' } },
      Subscription: {
        Type: 'AWS::SNS::Subscription',
        Properties: {
          Protocol: 'sqs',
          TopicArn: { Ref: 'Topic' },
          Endpoint: { 'Fn::GetAtt': ['Queue', 'Arn'] },
          RawMessageDelivery: true,
        },
      },
      Events: {
        Type: 'AWS::SES::ConfigurationSetEventDestination',
        Properties: {
          ConfigurationSetName: { Ref: 'Set' },
          EventDestination: {
            MatchingEventTypes: ['send', 'delivery', 'bounce', 'complaint'],
            SnsDestination: { TopicARN: { Ref: 'Topic' } },
          },
        },
      },
    },
    {},
    closing,
  );
  const database = openStateDatabase(join(small.directory, 'state.sqlite'));
  closing.push(() => database.close());
  queues = await openQueues(small.cloud, join(small.directory, 'objects'));
  closing.push(() => queues.stop());
  const mails = openMailStore(database, join(small.directory, 'mail'));
  ses = openSes(small.cloud, mails, openTopics(small.cloud, queues));
  small.endpoint.serve('ses', ses.handle);
  client = new SESClient(small.client);
  closing.push(() => client.destroy());
  const server = createMailbox(mails);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  mailbox = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => small.close());

function send(to: string, { from = 'Clinic <calls@mail.frontdesk.example>', conversation = 'retell_call_1' } = {}) {
  const message = [
    `From: ${from}`,
    `To: ${to}`,
    'Subject: =?utf-8?Q?R=C3=A9sum=C3=A9?=',
    `X-Frontdesk-Conversation: ${conversation}`,
    'X-SES-MESSAGE-TAGS: hidden=yes',
    'Content-Type: multipart/alternative; boundary=b',
    '',
    '--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBonjour',
    '--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Bonjour <script>alert(1)</script></p>',
    '--b--\r\n',
  ].join('\r\n');
  return client.send(
    new SendRawEmailCommand({
      RawMessage: { Data: Buffer.from(message) },
      ConfigurationSetName: 'frontdesk-test',
      Destinations: [to],
      Tags: [{ Name: 'recipientId', Value: 'r1' }],
    }),
  );
}

function takeEvents(): { eventType: string; mail: { messageId: string; destination: string[]; tags: object } }[] {
  const queue = queues.byArn('arn:aws:sqs:eu-west-3:000000000000:email-events');
  const bodies = queue?.messages.map(({ body }) => body) ?? [];
  queue?.purge();
  return bodies.map((body) => JSON.parse(body) as ReturnType<typeof takeEvents>[number]);
}

const listed = async (query = ''): Promise<Record<string, unknown>[]> =>
  (await (await fetch(`${mailbox}/messages.json${query}`)).json()) as Record<string, unknown>[];

test('an accepted message is in the mailbox, and its queue hears that it was sent and delivered', async () => {
  const { MessageId } = await send('desk@clinic.example');
  expect(await listed()).toEqual([
    {
      id: 1,
      to: 'desk@clinic.example',
      subject: 'Résumé',
      text: expect.stringContaining('Bonjour'),
      html: expect.stringContaining('<p>Bonjour'),
      headers: expect.objectContaining({ 'x-frontdesk-conversation': 'retell_call_1' }),
      receivedAt: expect.stringMatching(/Z$/),
    },
  ]);
  expect((await listed())[0]?.headers).not.toHaveProperty('x-ses-message-tags');
  const events = takeEvents();
  expect(events.map(({ eventType }) => eventType)).toEqual(['Send', 'Delivery']);
  for (const { mail } of events) {
    expect(mail).toMatchObject({
      messageId: MessageId,
      destination: ['desk@clinic.example'],
      tags: { recipientId: ['r1'], hidden: ['yes'], 'ses:configuration-set': ['frontdesk-test'] },
    });
  }
});

test('the addresses of the simulator bounce and complain', async () => {
  await send('bounce+a@simulator.example', { conversation: 'retell_call_2' });
  expect(takeEvents()).toEqual([
    expect.objectContaining({ eventType: 'Send' }),
    expect.objectContaining({ eventType: 'Bounce', bounce: expect.objectContaining({ bounceType: 'Permanent' }) }),
  ]);
  expect(await listed('?conversation=retell_call_2')).toEqual([]);
  await send('complaint@simulator.example', { conversation: 'retell_call_2' });
  expect(takeEvents().map(({ eventType }) => eventType)).toEqual(['Send', 'Delivery', 'Complaint']);
});

test('what SES would refuse is refused', async () => {
  await expect(send('desk@clinic.example', { from: 'someone@elsewhere.example' })).rejects.toMatchObject({
    name: 'MessageRejected',
    message: expect.stringContaining('someone@elsewhere.example'),
  });
  ses.faults.throttle = 1;
  await expect(send('desk@clinic.example')).rejects.toMatchObject({ name: 'Throttling' });
});

test('a connection that ends after the message was accepted leaves the message', async () => {
  ses.faults.crashAfterAccept = 1;
  await expect(send('desk@clinic.example', { conversation: 'retell_call_3' })).rejects.toThrow();
  expect(await listed('?conversation=retell_call_3')).toHaveLength(1);
  expect(await listed('?limit=1')).toEqual(await listed('?conversation=retell_call_3'));
});

test('a message is shown in a sandbox that runs and fetches nothing', async () => {
  const page = await (await fetch(`${mailbox}/messages/1`)).text();
  expect(page).toContain('<iframe sandbox');
  expect(page).not.toContain('alert(1)');
  const frame = await fetch(`${mailbox}/messages/1/html`);
  expect(frame.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
  expect((await fetch(`${mailbox}/messages/99`)).status).toBe(404);
});
