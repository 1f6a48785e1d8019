import { bindConversation } from '#lambdas/conversations/bind-conversation.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { inMemoryClinics } from '../fakes/clinics.ts';
import { standingClock } from '../fakes/clock.ts';
import { aCallId, aConversationId, cotonou, elsewhere } from '../fakes/conversation.ts';
import { inMemoryDirectory } from '../fakes/directory.ts';
import { knownSecret } from '../fakes/secret.ts';

const clinicNumber = '+12025550142';
const aCall = {
  conversationId: aConversationId,
  providerId: aCallId,
  hints: { clinicNumber, hasNumber: true },
};

test('of two events of one call that race, the one that comes second to another clinic is a conflict', async () => {
  const directory = inMemoryDirectory({ numbers: { [clinicNumber]: cotonou } });
  const bind = bindConversation({
    directory: {
      ...directory,
      // Between our look and our claim the other event was bound.
      async find(question, options) {
        const answer = await directory.find(question, options);
        await directory.claimSession(elsewhere, aConversationId, 'number', 0);
        return answer;
      },
    },
    clinics: inMemoryClinics(clinicProfile()),
    bindingKey: knownSecret(['key-of-bindings']),
    clock: standingClock(),
  });
  expect(await bind(aCall as Parameters<typeof bind>[0], {})).toEqual({ outcome: 'unrouted', reason: 'conflict' });
});

test('what may only be of one clinic is a conflict when its witnesses name another', async () => {
  const bind = bindConversation({
    directory: inMemoryDirectory({ numbers: { [clinicNumber]: cotonou } }),
    clinics: inMemoryClinics(clinicProfile()),
    bindingKey: knownSecret(['key-of-bindings']),
    clock: standingClock(),
  });
  const call = aCall as Parameters<typeof bind>[0];
  expect(await bind(call, { clinicId: elsewhere })).toEqual({ outcome: 'unrouted', reason: 'conflict' });
  expect(await bind(call, { clinicId: cotonou })).toMatchObject({ outcome: 'bound' });
});
