import type { CallDetails } from '#adapters/retell/llm-socket.ts';
import { Slug } from '#domain/clinics/slug.ts';
import { mintBinding } from '#domain/routing/clinic-binding.ts';
import { issueSocketKey } from '#lambdas/clinics/issue-socket-key.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { inMemoryClinics } from '#test/fakes/clinics.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { aCallId, aConversationId, cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { inMemoryDirectory, type Mapping } from '#test/fakes/directory.ts';
import { knownSecret } from '#test/fakes/secret.ts';
import { inMemorySocketKeys } from '#test/fakes/socket-keys.ts';
import { inMemoryTalks } from '#test/fakes/talks.ts';
import { confirmCall, findDoor, readSocketAddress } from '#ws-fargate/confirm-call.ts';
import { openedTalk } from './opened-talk.ts';

const ourNumber = '+12025550142';
const theirNumber = '+12025550155';
const slug = Slug.parse('clinique-exemple');

const details = (changes: Partial<CallDetails> = {}): CallDetails => ({
  callId: aCallId,
  channel: 'phone',
  direction: 'inbound',
  isOver: false,
  fromNumber: '+12025550117',
  toNumber: ourNumber,
  clinicNumber: ourNumber,
  agentId: 'agent_shared00000001',
  ...changes,
});

function world({ atRetell, status = 'active' }: { atRetell?: CallDetails; status?: 'active' | 'suspended' } = {}) {
  const clock = standingClock();
  const ours = clinicProfile({ status });
  const theirs = clinicProfile({ id: elsewhere, slug: 'lakeside', numbers: [{ number: theirNumber }] });
  const mapping: Mapping = { numbers: { [ourNumber]: cotonou, [theirNumber]: elsewhere }, languages: {} };
  const directory = inMemoryDirectory(mapping);
  const talks = inMemoryTalks();
  const asked: string[] = [];
  const askedFor: string[] = [];
  const confirm = confirmCall({
    directory,
    clinics: inMemoryClinics(ours, theirs),
    talks,
    bindingKey: knownSecret(['key-of-bindings']),
    retell: {
      async find(clinicId, callId) {
        asked.push(callId);
        askedFor.push(clinicId);
        return atRetell;
      },
    },
    clock,
  });
  const keyed = { clinicId: cotonou, hasKey: true };
  const ask = (told: CallDetails | undefined, door = keyed, callId = aCallId) =>
    confirm(door, callId, Promise.resolve(told), { signal: new AbortController().signal });
  const binding = (clinicId = cotonou, providerId = aCallId, clinicNumber = ourNumber) =>
    mintBinding('key-of-bindings', clinicId, { clinicNumber, providerId }, clock.now());
  return { clock, directory, talks, asked, askedFor, ask, binding, mapping };
}

const noKey = { clinicId: cotonou, hasKey: false };

test('our own signed binding of this very call is proof enough behind a key, and binds the conversation', async () => {
  const { ask, binding, asked, directory } = world();
  expect(await ask(details({ binding: binding() }))).toMatchObject({
    outcome: 'confirmed',
    conversationId: aConversationId,
    clinic: { id: cotonou },
  });
  expect(asked).toEqual([]);
  expect(directory.sessions.get(aConversationId)).toEqual({ clinicId: cotonou, routedBy: 'binding' });
});

test('a conversation an authentic event told of before is proof enough behind a key', async () => {
  const { ask, directory, clock, asked } = world();
  await directory.claimSession(cotonou, aConversationId, 'number', clock.now());
  expect(await ask(details())).toMatchObject({ outcome: 'confirmed' });
  expect(asked).toEqual([]);
});

test('a talk that was begun before goes on without anybody telling of it', async () => {
  const { ask, directory, clock, talks, asked } = world();
  await directory.claimSession(cotonou, aConversationId, 'number', clock.now());
  await talks.open(cotonou, openedTalk(clock.now()));
  const answer = await ask(undefined);
  expect(answer).toMatchObject({ outcome: 'confirmed', clinic: { id: cotonou } });
  expect(answer).not.toHaveProperty('details');
  expect(asked).toEqual([]);
});

test.each([
  ['another call’s binding', (w: ReturnType<typeof world>) => w.binding(cotonou, 'call_other')],
  ['a binding over another number', (w: ReturnType<typeof world>) => w.binding(cotonou, aCallId, theirNumber)],
  ['a forged binding', () => `v1.${cotonou}.1790582402000.AAAA`],
  ['no binding', () => undefined],
])('%s proves nothing: Retell itself is asked', async (_name, forged) => {
  const unknown = world();
  expect(await unknown.ask(details({ binding: forged(unknown) }))).toEqual({
    outcome: 'refused',
    reason: 'unknown-call',
  });
  expect(unknown.asked).toEqual([aCallId]);
  const known = world({ atRetell: details() });
  expect(await known.ask(details({ binding: forged(known) }))).toMatchObject({ outcome: 'confirmed' });
  expect(known.directory.sessions.get(aConversationId)).toEqual({ clinicId: cotonou, routedBy: 'number' });
});

test('without a key only Retell’s own record counts, whatever the peer tells and whoever knew the call', async () => {
  const { ask, binding, directory, clock, asked } = world();
  await directory.claimSession(cotonou, aConversationId, 'number', clock.now());
  expect(await ask(details({ binding: binding() }), noKey)).toEqual({ outcome: 'refused', reason: 'unknown-call' });
  expect(asked).toEqual([aCallId]);
  expect(await world({ atRetell: details() }).ask(undefined, noKey)).toMatchObject({ outcome: 'confirmed' });
});

test('Retell is asked in the name of the clinic whose door it is, which may have an account of its own there', async () => {
  const { ask, askedFor } = world({ atRetell: details() });
  await ask(undefined, noKey);
  await ask(undefined, { clinicId: elsewhere, hasKey: false });
  expect(askedFor).toEqual([cotonou, elsewhere]);
});

test.each<[string, string, Partial<Parameters<typeof world>[0]> & { told?: CallDetails }]>([
  ['a call of another clinic', 'other-clinic', { atRetell: details({ clinicNumber: theirNumber }) }],
  ['a number nobody has', 'unknown_number', { atRetell: details({ clinicNumber: '+12025550199' }) }],
  ['a call that is over', 'call-over', { atRetell: details({ isOver: true }) }],
  ['another call than the one of the address', 'other-call', { told: details({ callId: 'call_other' }) }],
  ['a record of another call', 'other-call', { atRetell: details({ callId: 'call_other' }) }],
  ['a clinic that is suspended', 'clinic_suspended', { atRetell: details(), status: 'suspended' }],
])('%s is refused', async (_name, reason, { told, ...given }) => {
  const { ask } = world(given as Parameters<typeof world>[0]);
  expect(await ask(told)).toEqual({ outcome: 'refused', reason });
});

test('a true binding of another clinic opens no door of ours, and a number of another clinic contradicts ours', async () => {
  const { ask, binding, asked } = world({ atRetell: details() });
  const theirs = details({ clinicNumber: theirNumber, binding: binding(elsewhere, aCallId, theirNumber) });
  expect(await ask(theirs)).toEqual({ outcome: 'refused', reason: 'other-clinic' });
  const torn = details({ clinicNumber: theirNumber, binding: binding(cotonou, aCallId, theirNumber) });
  expect(await ask(torn)).toEqual({ outcome: 'refused', reason: 'conflict' });
  expect(asked).toEqual([]);
});

test('a talk of ours is not gone on with when its conversation is bound to another clinic', async () => {
  const { ask, directory, clock, talks } = world({ atRetell: details() });
  await talks.open(cotonou, openedTalk(clock.now()));
  await directory.claimSession(elsewhere, aConversationId, 'number', clock.now());
  expect(await ask(undefined)).toEqual({ outcome: 'refused', reason: 'conflict' });
});

test('a call that was bound to another clinic between our look and our claim stays that clinic’s', async () => {
  const { ask, binding, directory } = world();
  const { claimSession } = directory;
  directory.claimSession = async (_clinicId, conversationId, routedBy, nowMs) =>
    claimSession(elsewhere, conversationId, routedBy, nowMs);
  expect(await ask(details({ binding: binding() }))).toEqual({ outcome: 'refused', reason: 'conflict' });
});

test('a conversation of another clinic stays that clinic’s', async () => {
  const { ask, directory, clock } = world({ atRetell: details() });
  await directory.claimSession(elsewhere, aConversationId, 'number', clock.now());
  expect(await ask(undefined)).toEqual({ outcome: 'refused', reason: 'conflict' });
  expect(await ask(details())).toEqual({ outcome: 'refused', reason: 'conflict' });
});

test('an address is read to the letter', () => {
  const key = 'k'.repeat(43);
  expect(readSocketAddress(`/llm-websocket/clinique-exemple/${key}/call_1`)).toEqual({
    slug: 'clinique-exemple',
    key,
    callId: 'call_1',
  });
  expect(readSocketAddress('/llm-websocket/clinique-exemple/call_1/')).toEqual({
    slug: 'clinique-exemple',
    callId: 'call_1',
  });
  for (const bad of [
    '/llm-websocket',
    '/llm-websocket/clinique-exemple',
    '/llm-websocket/clinique-exemple/a/b/c',
    '/llm-websocket/Clinique/call_1',
    '/llm-websocket/clinique-exemple/call%201',
    '/llm-websocket/../call_1',
  ]) {
    expect(readSocketAddress(bad)).toBeUndefined();
  }
});

test('a door opens to its key and its slug, current or former, and to no other clinic’s', async () => {
  const clock = standingClock();
  const keys = inMemorySocketKeys({ [slug]: cotonou, formerly: cotonou, lakeside: elsewhere });
  const issue = issueSocketKey({ keys, clock });
  const issued = async (clinicId: typeof cotonou) => {
    const answer = await issue({ id: clinicId, slug });
    return answer.outcome === 'issued' ? (answer.path.split('/').at(-1) ?? '') : '';
  };
  const [ours, theirs] = [await issued(cotonou), await issued(elsewhere)];
  const door = findDoor({ addresses: keys, clock });
  const at = (wanted: string, key?: string) => door({ slug: wanted, callId: 'call_1', ...(key && { key }) });
  expect(await at(slug, ours)).toEqual({ outcome: 'found', clinicId: cotonou, hasKey: true });
  expect(await at('formerly', ours)).toMatchObject({ outcome: 'found' });
  expect(await at(slug)).toEqual({ outcome: 'found', clinicId: cotonou, hasKey: false });
  expect(await at(slug, theirs)).toEqual({ outcome: 'refused', reason: 'wrong-slug' });
  expect(await at('lakeside', ours)).toEqual({ outcome: 'refused', reason: 'wrong-slug' });
  expect(await at('nobody')).toEqual({ outcome: 'refused', reason: 'wrong-slug' });
  for (const wrong of ['call_0', 'x'.repeat(43), `${ours.slice(0, 42)}_`]) {
    expect(await at(slug, wrong)).toEqual({ outcome: 'refused', reason: 'wrong-key' });
  }
  await issue({ id: cotonou, slug });
  expect(await at(slug, ours)).toMatchObject({ outcome: 'found' });
  clock.pass(60 * 60 * 1000);
  expect(await at(slug, ours)).toEqual({ outcome: 'refused', reason: 'wrong-key' });
});
