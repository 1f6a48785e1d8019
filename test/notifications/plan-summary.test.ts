import { planSummary } from '#lambdas/notifications/plan-summary.ts';
import { aConversationId, conversation, cotonou } from '#test/fakes/conversation.ts';
import { inMemoryClinics } from '#test/fakes/clinics.ts';
import { inMemoryConversations } from '#test/fakes/conversations.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { standingClock } from '#test/fakes/clock.ts';

const call = { clinicId: cotonou, conversationId: aConversationId, template: 'call-summary' } as const;

test('an appointment made after the last event was merged counts for what came of the call', async () => {
  const conversations = inMemoryConversations();
  await conversations.change(cotonou, aConversationId, () => conversation({ acts: ['booked'], outcome: 'info' }));
  const plan = planSummary({ clinics: inMemoryClinics(clinicProfile()), conversations, clock: standingClock() });
  expect(await plan(call)).toMatchObject({ action: 'send' });
  expect(await conversations.get(cotonou, aConversationId)).toMatchObject({
    outcome: 'booked',
    notification: 'sending',
  });
});
