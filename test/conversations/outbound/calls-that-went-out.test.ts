import { advanceCall } from '#domain/conversations/advance-call.ts';
import { transcriptAsksNoMoreCalls } from '#domain/conversations/outbound/asks-no-more-calls.ts';
import { reachedOf } from '#domain/conversations/reached.ts';
import { readStoredTwilioEvent, toCallEvent } from '#adapters/twilio/call-event.ts';
import type { Conversation } from '#domain/conversations/conversation.ts';
import { derivedUuid, OutboundCallId, twilioConversationId } from '#domain/ids.ts';
import { receiveTwilioEvent } from '#lambdas/conversations/receive-twilio-event.ts';
import { callWorld } from '#test/fakes/call-world.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { apiUrl, knownTwilio, signedForm } from '#test/fakes/twilio-requests.ts';
import { twilioWorld, twimlOf } from '#test/fakes/twilio-world.ts';

const callId = OutboundCallId.parse(derivedUuid('a call'));
const sid = `CA${'1'.repeat(32)}`;
const out = { Direction: 'outbound-api', From: '+12025550142', To: '+12025550117', CallStatus: 'in-progress' };
const placed = (clinicId = cotonou) => ({
  clinicId,
  callId,
  purpose: 'appointment-reminder' as const,
  via: 'twilio' as const,
  from: out.From,
  to: out.To,
  language: 'en',
  wishHash: 'x',
  day: '2026-10-05',
  createdAtMs: 0,
});
const caps = { callsPerDay: 5, callsPerNumber: 5 };

test('whoever answers a call of ours on Twilio is talked to in their language, and the talk knows why we called', async () => {
  const { ring, talk, outboundCalls, conversations } = twilioWorld();
  await outboundCalls.reserve(placed(), caps, {} as never);
  twimlOf(await ring(out, `call=${callId}`));
  expect(talk()).toMatchObject({ direction: 'outbound', purpose: 'appointment-reminder', language: 'en' });
  const { conversationId } = talk();
  expect(await outboundCalls.get(cotonou, callId)).toMatchObject({ state: 'placed', conversationId });
  expect(await conversations.get(cotonou, conversationId)).toMatchObject({ direction: 'outbound', toNumber: out.To });
});

test('a call that another clinic asked for, or nobody, tells nothing of why', async () => {
  const { ring, talk, outboundCalls } = twilioWorld();
  await outboundCalls.reserve(placed(elsewhere), caps, {} as never);
  twimlOf(await ring(out, `call=${callId}`));
  expect(talk().purpose).toBeUndefined();
  expect(await outboundCalls.get(elsewhere, callId)).toMatchObject({ state: 'reserved' });
});

test('a call whose order Twilio never answered is on record from its first word, at the clinic that asked for it', async () => {
  for (const [asker, state] of [
    [cotonou, 'placed'],
    [elsewhere, 'reserved'],
  ] as const) {
    const world = callWorld();
    await world.outboundCalls.reserve(placed(asker), caps, {} as never);
    const conversationId = twilioConversationId(sid);
    await world.directory.claimSession(cotonou, conversationId, 'number', 0);
    const word = { ...out, CallSid: sid, CallStatus: 'initiated', Timestamp: 'Mon, 05 Oct 2026 08:00:00 +0000' };
    await receiveTwilioEvent({
      ...world,
      twilio: knownTwilio,
      apiUrl,
      queue: { publish: async (message) => world.steps.record(message) },
      calls: { fetch: async () => undefined, redirect: async () => 'over' },
    })(signedForm('/api/twilio/call-status', word, { rawQuery: `call=${callId}` }));
    expect(await world.outboundCalls.get(asker, callId)).toMatchObject({ state });
  }
});

test('a machine hears nothing, or the clinic’s name and number and no more', async () => {
  const quiet = twilioWorld();
  await quiet.ring(out);
  expect(twimlOf(await quiet.next(out, 'machine=1'))).toBe('<Response><Hangup/></Response>');
  expect(quiet.talk().ending).toEqual({ kind: 'hangup' });
  const speaking = twilioWorld({ clinic: { outbound: { voicemail: 'message' } } });
  await speaking.ring(out);
  const said = twimlOf(await speaking.next(out, 'machine=1'));
  expect(said).toMatch(
    /^<Response><Say [^>]*>Bonjour, ici l’assistant vocal automatique de Clinique Exemple.*<\/Say><Hangup\/><\/Response>$/,
  );
  expect(said).not.toContain('rendez-vous');
});

const form = (fields: Record<string, string>) =>
  Buffer.from(new URLSearchParams({ CallSid: sid, ...fields }).toString());
const merged = (forms: Record<string, string>[]) =>
  forms.reduce<Conversation | undefined>((current, fields) => {
    const body = form(fields);
    const event = readStoredTwilioEvent(body);
    return event && advanceCall(current, toCallEvent(event, body), { clinicId: cotonou, routedBy: 'number', now: 1 });
  }, undefined);

test.each<[string | undefined, Record<string, string>[]]>([
  ['answered', [{ ...out }, { AnsweredBy: 'human' }, { ...out, CallStatus: 'completed', CallDuration: '40' }]],
  [
    'voicemail',
    [{ ...out }, { AnsweredBy: 'machine_end_beep' }, { ...out, CallStatus: 'completed', CallDuration: '9' }],
  ],
  ['voicemail', [{ ...out, CallStatus: 'completed', CallDuration: '9' }, { AnsweredBy: 'fax' }]],
  ['busy', [{ ...out, CallStatus: 'busy' }]],
  ['no-answer', [{ ...out, CallStatus: 'no-answer' }]],
  ['failed', [{ ...out, CallStatus: 'failed' }]],
  [undefined, [{ ...out, CallStatus: 'ringing' }]],
  [undefined, [{ ...out, Direction: 'inbound', CallStatus: 'completed' }]],
])('what a call met is on record, in whatever order it is told: %s', (reached, forms) => {
  expect(merged(forms)?.reached).toBe(reached);
  expect(merged(forms.toReversed())?.reached).toBe(reached);
});

test.each([
  ['dial_busy', 'not_connected', 'busy'],
  ['dial_no_answer', 'not_connected', 'no-answer'],
  ['user_declined', 'not_connected', 'no-answer'],
  ['invalid_destination', 'not_connected', 'failed'],
  ['concurrency_limit_reached', 'error', 'failed'],
  ['voicemail_reached', 'ended', 'voicemail'],
  ['user_hangup', 'ended', 'answered'],
] as const)('Retell’s %s is %s: %s', (disconnectionReason, endKind, reached) => {
  expect(reachedOf({ direction: 'outbound', status: 'ended', endKind, disconnectionReason })).toBe(reached);
});

test.each([
  ['User: Ne m’appelez plus !', true],
  ['User: Arrêtez de m’appeler s’il vous plaît.', true],
  ["User: Please don't call me again.", true],
  ['User: Take me off your list.', true],
  ['User: Please stop calling.', true],
  ['User: Ne m’appelez pas, merci.', true],
  ['User: Je ne veux plus que vous m’appeliez.', true],
  ['User: Ne m’appelez pas avant dix heures.', false],
  ['User: Je ne veux pas que vous m’appeliez le matin.', false],
  ['User: Pourquoi vous ne m’appelez pas ?', false],
  ['User: I will not stop calling around.', false],
  ['Agent: Pour ne plus recevoir ces appels, dites « ne m’appelez plus ».\nUser: D’accord, oui.', false],
  ['User: Vous pouvez me rappeler demain.', false],
  ['User: Nobody called me back.', false],
])('%s', (transcript, asks) => expect(transcriptAsksNoMoreCalls(transcript)).toBe(asks));
