import type { Clinic } from '#domain/clinics/clinic.ts';
import type { Role } from '#domain/clinics/members/member.ts';
import { clinicOf } from '#domain/clinics/clinic-store.ts';
import { type ClinicId, UserId } from '#domain/ids.ts';
import { answerSettingsRequest, type settingsRoutes } from '#lambdas/clinics/settings/answer-settings-request.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { inMemoryClinics } from '#test/fakes/clinics.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { cotonou } from '#test/fakes/conversation.ts';
import { inMemoryMembers } from '#test/fakes/members.ts';
import { asDescribed } from '#test/signed-in/as-described.ts';

export const owner = UserId.parse('1f2e3d4c-5b6a-4789-8abc-000000000001');

export interface Answer {
  status: number;
  etag: string | undefined;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each test says what it expects of a body
  body: any;
}

type Asked = { body?: unknown; raw?: string; ifMatch?: string | null; as?: UserId };

/** A clinic and somebody who may change it; `ask` sends what was last read as `If-Match`, unless a test says otherwise. */
export async function settingsWorld(clinic: Clinic = clinicOf(clinicProfile()), role: Role = 'owner') {
  const clock = standingClock();
  const clinics = inMemoryClinics(clinic);
  const members = inMemoryMembers();
  await members.add({ clinicId: cotonou, userId: owner, role }, { occurredAt: '2026-10-05T12:30:00.000Z' } as never);
  const asked: string[] = [];
  let answers: 'asked' | 'too-often' = 'asked';
  const verification = {
    ask: async (clinicId: ClinicId, recipientId: string) => {
      asked.push(`${clinicId} ${recipientId}`);
      return { outcome: answers };
    },
  };
  const answer = answerSettingsRequest({ members, clinics, verification, clock });

  async function ask(method: string, path = '', { body, raw, ifMatch, as = owner }: Asked = {}): Promise<Answer> {
    const [section, id] = path.split('/');
    const route = `${method} /api/settings${section ? '/{section}' : ''}${id === undefined ? '' : '/{id}'}`;
    const etag = ifMatch === undefined ? `"${(await clinics.profile(cotonou))?.version}"` : ifMatch;
    const answered = await answer({
      rawBody: Buffer.from(raw ?? (body === undefined ? '' : JSON.stringify(body))),
      headers: etag === null ? {} : { 'if-match': etag },
      pathParameters: { section, id },
      query: {},
      route: route as keyof typeof settingsRoutes,
      claims: { sub: as, token_use: 'access' },
      requestId: 'r1',
    });
    // What cannot be done to these settings, or by operators alone, is not described, so neither is that it is refused.
    const { error } = (answered.body ?? {}) as { error?: { code: string } };
    const isDescribed = ![404, 405].includes(answered.status) && error?.code !== 'operators-only';
    if (isDescribed) asDescribed(route, answered, { section: section ?? '' });
    return { status: answered.status, etag: answered.headers?.etag, body: answered.body };
  }

  return {
    ask,
    clinics,
    clock,
    asked,
    refuseToAsk: () => (answers = 'too-often'),
    profile: async () => (await clinics.profile(cotonou))!,
  };
}

/** The code of a refusal and everything it says of places, in one line each. */
export const refusal = ({ status, body: { error } }: Answer): unknown[] => [
  status,
  error.code,
  ...(error.fields ?? []).map(({ path, message }: Record<string, string>) => `${path}: ${message}`),
  ...(error.conflicts ?? []).map(({ section, id, path, message }: Record<string, string>) =>
    [section, id, path, message].filter(Boolean).join(' '),
  ),
];
