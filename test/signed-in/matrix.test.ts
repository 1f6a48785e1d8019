import { PlatformRole, Role } from '#domain/clinics/members/member.ts';
import { allows } from '#domain/clinics/members/rights.ts';
import type { UserId } from '#domain/ids.ts';
import type { HttpAnswer, HttpRequest } from '#lambdas/http.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { asDescribed } from './as-described.ts';
import { type SignedInRoute, signedInRoutes } from './routes.ts';
import { marks, ofBoth, people, signedInWorld, type SignedInWorld, strangers, yours } from './signed-in-world.ts';

const nobodys = '7c1e5a90-3b2d-4f6e-9a8b-0d1c2e3f4a5b';
const roles = [...Role.options, ...PlatformRole.options];
/** Every way to name a clinic that is not one's own: refused in the same words, whether it is there or not. */
const others = [elsewhere, strangers.slug, nobodys, 'no-such-clinic', '', elsewhere.toUpperCase()];

const tokenOf = (userId: UserId, role?: Role | PlatformRole) => ({
  sub: userId,
  token_use: 'access',
  ...(PlatformRole.safeParse(role).success && { 'cognito:groups': `[${role}]` }),
});

interface Asked {
  claims?: Record<string, string>;
  clinic?: string;
  path?: Record<string, string>;
}

async function ask(
  route: string,
  entry: SignedInRoute,
  asked: Asked,
): Promise<HttpAnswer & { code?: string; world: SignedInWorld }> {
  const world = await signedInWorld();
  const request: HttpRequest = {
    rawBody: Buffer.from(entry.body === undefined ? '' : JSON.stringify(entry.body)),
    headers: { ...entry.headers, ...(asked.clinic !== undefined && { 'frontdesk-clinic': asked.clinic }) },
    pathParameters: asked.path ?? entry.path ?? {},
    query: {},
    route,
    ...(asked.claims && { claims: asked.claims }),
    requestId: 'r1',
  };
  const answer = await entry.answer(world)(request);
  asDescribed(route, answer, request.pathParameters as Record<string, string>);
  const { error } = (answer.body ?? {}) as { error?: { code: string } };
  return { ...answer, ...(error && { code: error.code }), world };
}

const refusedTo = ({ status, code, world }: Awaited<ReturnType<typeof ask>>) => [status, code, world.done()];

describe.each(Object.entries(signedInRoutes))('%s', (route, entry) => {
  const { right } = entry;
  const isOfPlatform = right.startsWith('platform.');

  test.each(roles)(
    '%s may do what the table of rights says, and no more, however the clinic is named',
    async (role) => {
      const claims = tokenOf(people[role], role);
      const isMember = Role.safeParse(role).success;
      for (const clinic of [undefined, cotonou, yours.slug]) {
        const answer = await ask(route, entry, { claims, clinic });
        const told = JSON.stringify([answer.body, answer.text, answer.headers]);
        // Who runs the deployment sees every clinic of it.
        if (right === 'signed-in' || !isOfPlatform || !allows(role, right)) expect(told).not.toMatch(marks);
        const refused = isMember || isOfPlatform ? 'not-allowed' : 'not-a-member';
        if (right === 'signed-in' || allows(role, right)) expect([told, answer.status < 300]).toEqual([told, true]);
        else expect(refusedTo(answer)).toEqual([403, refused, []]);
      }
    },
  );

  test('without a token, or with one of another kind, nobody is told or does anything', async () => {
    const strange = [undefined, {}, { sub: 'nobody', token_use: 'access' }, { sub: people.owner, token_use: 'id' }];
    for (const claims of strange as (Record<string, string> | undefined)[]) {
      expect(refusedTo(await ask(route, entry, { claims }))).toEqual([401, 'access-token-needed', []]);
    }
  });

  if (right === 'signed-in' || isOfPlatform) return;

  test('another’s clinic and one that does not exist are refused to everybody in the same words', async () => {
    for (const role of roles) {
      const answers = await Promise.all(
        others.map((clinic) => ask(route, entry, { claims: tokenOf(people[role], role), clinic })),
      );
      for (const answer of answers) {
        expect(refusedTo(answer)).toEqual([403, 'not-a-member', []]);
        expect(answer.body).toEqual(answers[0]?.body);
      }
    }
  });

  test('whoever is of two clinics has in each the role they have there', async () => {
    const claims = tokenOf(ofBoth);
    expect(refusedTo(await ask(route, entry, { claims }))).toEqual([400, 'clinic-needed', []]);
    const here = await ask(route, entry, { claims, clinic: cotonou });
    if (allows('auditor', right)) expect(here.status).toBeLessThan(300);
    else expect(refusedTo(here)).toEqual([403, 'not-allowed', []]);
    expect(JSON.stringify(here.body ?? '')).not.toMatch(marks);
    const there = await ask(route, entry, { claims, clinic: strangers.slug });
    expect(there.code).not.toBe('not-allowed');
    expect(there.world.done().filter((one) => JSON.stringify(one).includes(cotonou))).toEqual([]);
  });

  if (!entry.foreign) return;

  test('ids of another clinic are found by nobody, and nothing of it is changed', async () => {
    for (const role of Role.options.filter((one) => allows(one, right))) {
      const answer = await ask(route, entry, { claims: tokenOf(people[role], role), path: entry.foreign });
      expect([answer.status, answer.world.done()]).toEqual([404, []]);
      expect(JSON.stringify(answer.body)).not.toMatch(marks);
    }
  });
});
