import { randomUUID } from 'node:crypto';
import { createApiClient } from '../../bin/book/api-client.ts';
import type { Scenario } from '#local/scenarios/scenario.ts';
import { signIn } from '#local/sign-in/code-flow.ts';
import type { TimelineEntry } from '#local/vendors/retell/timeline.ts';
import type { LocalClinic } from '#local/local-json.ts';
import { NotRunning, type RunningSystem } from './running-system.ts';

interface Asked {
  ours: NonNullable<Scenario['ours']>;
  clinic: LocalClinic;
  via: 'retell' | 'twilio';
}

const dayMs = 24 * 60 * 60 * 1000;
const dateIn = (days: number): string => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10);

/** An appointment to be reminded of, the only one this patient has: what an earlier run left is cancelled. */
async function bookedFor(system: RunningSystem, { ours: { patientId, typeId }, clinic }: Asked): Promise<string> {
  const key = system.clinics.find(({ slug }) => slug === clinic.slug)?.apiKey;
  if (!key) throw new NotRunning('local.json has no key for the booking API. Start Frontdesk again with: npm start');
  const { ask } = createApiClient({ api: system.api, key });
  const { appointments } = await ask({ action: 'list', patientId });
  for (const { id } of appointments) await ask({ action: 'cancel', appointmentId: id, reason: 'rehearsal' });
  const { offers } = await ask({ action: 'availability', typeId, from: dateIn(3), to: dateIn(30) });
  const start = offers[0]?.start;
  if (!start) throw new NotRunning(`${clinic.name} has no time free within a month.`);
  const { appointment } = await ask({ action: 'book', typeId, start, patientId });
  return appointment.id;
}

/**
 * Has our side call the patient of a scenario: somebody of the clinic signs in, records that the patient agreed to be
 * called, and asks for the call.
 *
 * @throws NotRunning with what our side answered, where it does not call
 */
export async function askForCall(system: RunningSystem, asked: Asked): Promise<TimelineEntry> {
  const { ours, clinic, via } = asked;
  const { signIn: provider } = system;
  const staff = provider?.members.find(({ clinics }) =>
    clinics.some(({ slug, role }) => slug === clinic.slug && role === 'staff'),
  );
  if (!provider || !staff) throw new NotRunning(`Nobody of ${clinic.name} can sign in here.`);
  const [token, appointmentId] = await Promise.all([signIn(provider, staff.email), bookedFor(system, asked)]);
  const send = (method: string, path: string, body: object) =>
    fetch(`${system.api}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'frontdesk-clinic': clinic.id,
        'idempotency-key': randomUUID(),
      },
      body: JSON.stringify(body),
    });
  const consent = await send('PUT', `/api/patients/${ours.patientId}/call-consent`, { given: true, way: 'in-person' });
  if (!consent.ok) throw new NotRunning(`The consent was not recorded: ${await consent.text()}`);
  const startedAt = performance.now();
  const answer = await send('POST', '/api/calls', { kind: 'appointment-reminder', appointmentId, via });
  const tookMs = Math.round(performance.now() - startedAt);
  const body = (await answer.json()) as { callId?: string; error?: { code: string; message: string } };
  if (answer.status !== 201) {
    throw new NotRunning(`Our side does not call (${body.error?.code ?? answer.status}): ${body.error?.message ?? ''}`);
  }
  return { step: 'asked-for', detail: { status: answer.status, ...(body.callId && { callId: body.callId }), tookMs } };
}
