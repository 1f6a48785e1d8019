import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createMemberStore } from '#adapters/dynamodb/members.ts';
import { openTable } from '#adapters/dynamodb/table.ts';
import { recipientIdOf } from '#domain/clinics/recipients/recipient-id.ts';
import { ClinicId, derivedUuid, UserId } from '#domain/ids.ts';
import type { LocalJson } from '#local/local-json.ts';
import { signIn } from '#local/sign-in/code-flow.ts';
import { signedInRoutes } from '#test/signed-in/routes.ts';
import type { MarkedClinic } from './marked-clinics.ts';

interface World {
  json(): LocalJson;
  pairs: readonly (readonly [MarkedClinic, MarkedClinic])[];
  foreign(text: string, own: MarkedClinic): string[];
  ring(number: string): Promise<Response>;
}

interface Told {
  status: number;
  etag: string;
  text: string;
  code?: string;
}

/** The people of clinics, and visitors of their sites, who try to get at another clinic with ids that are real. */
export function isolationOfPeople({ json, pairs, foreign, ring }: World): void {
  let client: DynamoDBClient;
  const tokens = new Map<MarkedClinic, string>();
  const memberOf = (clinic: MarkedClinic) => UserId.parse(derivedUuid('member of', clinic.id));
  const profileOf = (clinic: MarkedClinic) =>
    createClinicStore(openTable(client, json().dynamodb.tables.core)).profile(ClinicId.parse(clinic.id));

  beforeAll(async () => {
    const { aws, dynamodb, signIn: provider } = json();
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    client = new DynamoDBClient({ endpoint: dynamodb.endpoint, region: aws.region, credentials });
    const [core, routing, audit] = (['core', 'routing', 'audit'] as const).map((name) =>
      openTable(client, dynamodb.tables[name]),
    );
    const members = createMemberStore({ core: core!, routing: routing!, audit: audit! });
    const add = (clinic: MarkedClinic, userId: UserId) => {
      const clinicId = ClinicId.parse(clinic.id);
      const event = {
        v: 1,
        clinicId,
        occurredAt: new Date().toISOString(),
        actorType: 'system',
        actorId: 'test',
      } as const;
      const what = { act: 'member.role', outcome: 'success', resourceType: 'member', resourceId: userId } as const;
      return members.add({ clinicId, userId, role: 'owner' }, { ...event, ...what, requestId: 'test' });
    };
    // Whoever can sign in is of a demo clinic already; here they own a clinic of this test as well.
    const people = provider!.members.filter(({ name }) => /^(staff|auditor)-/.test(name));
    await Promise.all(
      pairs.map(async ([own, other], index) => {
        const person = people[index]!;
        await Promise.all([add(own, UserId.parse(person.userId)), add(other, memberOf(other))]);
        tokens.set(own, await signIn(provider!, person.email));
      }),
    );
  }, 60_000);
  afterAll(() => client.destroy());

  async function send(url: string, method: string, headers: Record<string, string>, body?: unknown): Promise<Told> {
    const answer = await fetch(`${json().api}${url}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const [, code] = /"code":"([a-z-]+)"/.exec(text) ?? [];
    return { status: answer.status, etag: answer.headers.get('etag') ?? '', text, ...(code && { code }) };
  }

  /** As the person of a clinic, who names it, or another. */
  const as =
    (own: MarkedClinic) =>
    (
      method: string,
      path: string,
      { body, etag, clinic = own.slug }: { body?: unknown; etag?: string; clinic?: string } = {},
    ) => {
      const authorization = `Bearer ${tokens.get(own)}`;
      const headers = { authorization, 'frontdesk-clinic': clinic, ...(etag && { 'if-match': etag }) };
      return send(path, method, headers, body);
    };

  const named = pairs.map(([own, other]) => [own.slug, other.slug, own, other] as const);

  test.each(named)(
    'an owner of %s is let into no route of people at %s, however it is named',
    async (_own, _other, own, other) => {
      for (const [route, { right, path = {}, headers, body }] of Object.entries(signedInRoutes)) {
        if (right === 'signed-in' || right.startsWith('platform.')) continue;
        const [method = '', pattern = ''] = route.split(' ');
        const url = pattern.replaceAll(/\{(\w+)\}/g, (_match, name: string) => path[name] ?? '');
        for (const clinic of [other.id, other.slug, other.slug.toUpperCase()]) {
          const told = await as(own)(method, url, { body, etag: headers?.['if-match'], clinic });
          expect([route, told.status, told.code]).toEqual([route, 403, 'not-a-member']);
          expect(foreign(told.text, own)).toEqual([]);
        }
        expect((await send(url, method, {}, body)).status).toBe(401);
      }
    },
  );

  test.each(named)('people of %s read and change nothing of %s with its ids', async (_own, _other, own, other) => {
    const before = await profileOf(other);
    const ask = as(own);
    const all = await ask('GET', '/api/settings');
    expect([all.status, foreign(all.text, own), all.text.includes(own.mark)]).toEqual([200, [], true]);
    const { etag } = all;
    const members = await ask('GET', '/api/members');
    expect([members.status, members.text.includes(memberOf(other))]).toEqual([200, false]);

    const places = [
      `/api/members/${memberOf(other)}`,
      `/api/settings/providers/${other.providerId}`,
      `/api/settings/operatories/${other.operatoryId}`,
      `/api/settings/appointment-types/${other.typeId}`,
      `/api/settings/recipients/${recipientIdOf(other.recipient)}`,
      `/api/settings/numbers/${other.number.slice(1)}`,
    ];
    for (const path of places) {
      const isMember = path.startsWith('/api/members');
      for (const method of isMember ? ['PUT', 'DELETE'] : ['GET', 'PUT', 'DELETE']) {
        const body = method === 'PUT' ? { ...(isMember && { role: 'staff' }) } : undefined;
        const told = await ask(method, path, { etag, body });
        expect([method, path, told.status, foreign(told.text, own)]).toEqual([method, path, 404, []]);
      }
    }

    const identity = (JSON.parse(all.text) as { identity: object }).identity;
    const type = { names: { fr: 'soin', en: 'care' }, durationMin: 30 };
    const wishes: [string, string, unknown, number][] = [
      ['POST', 'closures', { date: '2027-03-01', provider: other.providerId }, 422],
      ['POST', 'closures', { date: '2027-03-01', operatory: other.operatoryId }, 422],
      ['POST', 'appointment-types', { ...type, providers: [other.providerId] }, 422],
      ['POST', 'appointment-types', { ...type, operatories: [other.operatoryId] }, 422],
      ['PUT', 'texting', { from: other.number }, 422],
      ['PUT', 'identity', { ...identity, slug: other.slug }, 409],
    ];
    for (const [method, section, body, status] of wishes) {
      const told = await ask(method, `/api/settings/${section}`, { etag, body });
      // What was sent may come back; nothing else of the other may.
      const said = told.text.replaceAll(
        new RegExp(`${other.providerId}|${other.operatoryId}|\\${other.number}`, 'g'),
        '',
      );
      expect([section, body, told.status, foreign(said, own)]).toEqual([section, body, status, []]);
    }
    // An address of another clinic's is a recipient here as any other would be, and waits until its reader says yes.
    const shared = await ask('POST', '/api/settings/recipients', { etag, body: { address: other.recipient } });
    expect([shared.status, JSON.parse(shared.text)]).toMatchObject([201, { state: { status: 'awaiting' } }]);
    expect(await profileOf(other)).toEqual(before);
  });

  test('what an owner changes is heard at the next ring', async () => {
    const [own] = pairs[0]!;
    const { text, etag } = await as(own)('GET', '/api/settings/identity');
    const name = `Clinic ${own.mark} by the lake`;
    const changed = await as(own)('PUT', '/api/settings/identity', {
      etag,
      body: { ...(JSON.parse(text) as object), name },
    });
    expect(changed.status).toBe(200);
    expect(await (await ring(own.number)).text()).toContain(name);
  });

  test.each(named.slice(0, 1))('a visitor of %s gets at no chat of %s', async (_own, _other, own, other) => {
    const chat = (clinic: MarkedClinic) => `/api/chat/${clinic.slug}/messages`;
    const begin = async (clinic: MarkedClinic) => {
      const begun = await send(chat(clinic), 'POST', {}, {});
      expect([begun.status, foreign(begun.text, clinic)]).toEqual([201, []]);
      return { authorization: `Bearer ${(JSON.parse(begun.text) as { token: string }).token}` };
    };
    const [mine, theirs] = [await begin(own), await begin(other)];
    const message = (text: string) => ({ text, messageId: derivedUuid(own.id, text) });
    for (const [method, body] of [
      ['GET', undefined],
      ['POST', message('Bonjour')],
    ] as const) {
      expect(await send(chat(other), method, mine, body)).toMatchObject({ status: 401, code: 'no-token' });
      expect(await send(chat(own), method, theirs, body)).toMatchObject({ status: 401, code: 'no-token' });
    }
    const asked = `Doctor ${other.mark}, ${other.providerId}, ${other.typeId}, ${other.slug}?`;
    const reply = await send(chat(own), 'POST', mine, message(asked));
    expect(reply.status).toBe(200);
    expect(foreign(reply.text.replaceAll(new RegExp(other.mark, 'gi'), ''), own)).toEqual([]);
    const soFar = await send(chat(own), 'GET', mine);
    expect(foreign(soFar.text.replaceAll(asked, '').replaceAll(new RegExp(other.mark, 'gi'), ''), own)).toEqual([]);
    const page = await send(`/api/chat/${own.slug}`, 'GET', {});
    expect([page.status, foreign(page.text, own)]).toEqual([200, []]);
  });
}
