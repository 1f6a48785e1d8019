import { SesEvent, isSetUpNotice, recordEmailEvent } from '#lambdas/notifications/record-email-event.ts';
import { queueHandler } from '#lambdas/queue.ts';
import type { SQSRecord } from 'aws-lambda';
import { standingClock } from '../fakes/clock.ts';
import { aConversationId, cotonou } from '../fakes/conversation.ts';
import { inMemoryDeliveries } from '../fakes/deliveries.ts';
import { rememberedLog } from '../fakes/log.ts';

function world() {
  const clock = standingClock();
  const log = rememberedLog();
  const disabled: unknown[] = [];
  const deliveries = inMemoryDeliveries(clock);
  const clinics = {
    profile: async () => undefined,
    disableRecipient: async (...what: unknown[]) => {
      disabled.push(what);
      return { outcome: 'disabled' } as const;
    },
  };
  const bounced: unknown[] = [];
  const links = { bounced: async (...what: unknown[]) => void bounced.push(what.slice(0, 3)) };
  const handler = queueHandler(log, SesEvent, recordEmailEvent({ clinics, deliveries, links, clock, log }), {
    isNoMessage: isSetUpNotice,
  });
  const deliver = (...bodies: string[]) =>
    handler(
      { Records: bodies.map((body, index) => ({ messageId: String(index), body, attributes: {} })) as SQSRecord[] },
      {} as never,
    );
  return { disabled, bounced, deliveries, log, deliver };
}

const tags = {
  clinicId: [cotonou],
  conversationId: [aConversationId],
  template: ['call-summary'],
  recipientId: ['ab12cd34ef567890'],
  attempt: ['1'],
};
const event = (eventType: string, more: object = {}) =>
  JSON.stringify({ eventType, mail: { messageId: 'message-1', tags, destination: ['x@clinique.example'] }, ...more });

test('the word of acceptance settles an attempt whose answer was lost', async () => {
  const here = world();
  const delivery = {
    clinicId: cotonou,
    conversationId: aConversationId,
    template: 'call-summary',
    recipientId: 'ab12cd34ef567890',
  } as const;
  const lose = async () => {
    throw new Error('socket hang up');
  };
  await expect(here.deliveries.once(delivery, lose)).rejects.toThrow();
  await here.deliver(event('Send'));
  expect(await here.deliveries.once(delivery, lose)).toBe('already-sent');
});

test('a permanent bounce and a complaint stop mail to the address, a soft bounce does not', async () => {
  const here = world();
  await here.deliver(
    event('Bounce', { bounce: { bounceType: 'Transient' } }),
    event('Delivery'),
    event('Bounce', { bounce: { bounceType: 'Permanent' } }),
    event('Complaint', { complaint: {} }),
  );
  expect(here.disabled).toMatchObject([
    [cotonou, 'ab12cd34ef567890', { reason: 'bounce' }],
    [cotonou, 'ab12cd34ef567890', { reason: 'complaint' }],
  ]);
  expect(JSON.stringify(here.log.entries)).not.toContain('clinique.example');
});

test('the notice SES publishes when its destination is made is passed over, nonsense is not', async () => {
  const here = world();
  const answer = await here.deliver('Successfully validated SNS topic for Amazon SES event publishing.', 'nonsense');
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
});

test('a link that bounced is known not to have arrived; the address of a recipient is written to no more', async () => {
  const here = world();
  const about = (purpose: string, eventType: string, more: object = {}) => {
    const of = { clinicId: [cotonou], purpose: [purpose], id: ['ab12cd34ef567890'], round: ['2'] };
    return JSON.stringify({ eventType, mail: { messageId: 'message-2', tags: of }, ...more });
  };
  const permanent = { bounce: { bounceType: 'Permanent' } };
  await here.deliver(
    about('invitation', 'Send'),
    about('invitation', 'Bounce', { bounce: { bounceType: 'Transient' } }),
  );
  expect([here.bounced, here.log.codes()]).toEqual([[], []]);
  await here.deliver(about('invitation', 'Bounce', permanent));
  expect([here.bounced, here.disabled]).toEqual([
    [[cotonou, { purpose: 'invitation', id: 'ab12cd34ef567890' }, 2]],
    [],
  ]);
  await here.deliver(about('recipient', 'Complaint'));
  expect(here.disabled).toMatchObject([[cotonou, 'ab12cd34ef567890', { reason: 'complaint' }]]);
});
