import { aConversationId, conversation, cotonou } from '#test/fakes/conversation.ts';
import { callWorld } from '#test/fakes/call-world.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { patient } from '#test/fakes/patients.ts';

/** What the e-mail says of a caller who was verified by this record. */
async function identityTold(provisional: boolean): Promise<string | undefined> {
  const world = callWorld();
  const known = patient({ provisional });
  await world.patients.add(known, []);
  await world.conversations.change(cotonou, aConversationId, () => conversation());
  await world.dialogues.change(cotonou, aConversationId, (current) => ({
    ...current,
    patients: [
      {
        handle: 'patient_1',
        patientId: known.patientId,
        as: 'patient',
        foldedName: 'theo riviere',
        givenName: known.givenName,
      },
    ],
  }));
  const plan = await world.steps.plan({
    clinicId: cotonou,
    conversationId: aConversationId,
    template: 'call-summary',
  });
  for (const recipient of plan.recipients) await world.steps.send(recipient);
  expect(world.outbox.length).toBeGreaterThan(0);
  return world.outbox[0]?.document.facts.find(({ label }) => label === 'Identité vérifiée')?.value;
}

test('a caller whom the clinic has on record is told as verified', async () => {
  expect(await identityTold(false)).toBe('Théo Rivière');
});

test('a record that a caller told of themselves is not told as a verified identity', async () => {
  expect(await identityTold(true)).toBeUndefined();
});

test('an address whose reader has not said yes gets no e-mail, though one was planned', async () => {
  const clinic = clinicProfile();
  const world = callWorld({ profiles: [clinic] });
  await world.conversations.change(cotonou, aConversationId, () => conversation());
  const call = { clinicId: cotonou, conversationId: aConversationId, template: 'call-summary' } as const;
  const { recipients } = await world.steps.plan(call);
  expect(recipients).toHaveLength(1);
  clinic.recipients[0]!.awaiting = { sinceMs: 0 };
  await world.steps.send(recipients[0]!);
  expect(world.outbox).toEqual([]);
});
