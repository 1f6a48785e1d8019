import { clinicOf } from '#domain/clinics/clinic-store.ts';
import { E164 } from '#domain/e164.ts';
import { ProviderId, UserId } from '#domain/ids.ts';
import { NumberNotGiven, type OnboardingOrder, PurchaseInFlight } from '#domain/onboarding/onboarding.ts';
import type { TrunkLogin } from '#domain/onboarding/trunk-login.ts';
import { mintApiKey } from '#domain/clinics/keys/api-key.ts';
import { createCredentialVault } from '#domain/clinics/credentials/vault.ts';
import { takeWebhookBack } from '#lambdas/clinics/agents/take-webhook-back.ts';
import { problemText } from '#lambdas/clinics/clinic-file.ts';
import { beginLeaving, beginOnboarding } from '#lambdas/onboarding/begin-onboarding.ts';
import { readOnboardingFile } from '#lambdas/onboarding/onboarding-file.ts';
import { inMemoryApiKeys } from '#test/fakes/api-keys.ts';
import { inMemoryCalendarFeeds } from '#test/fakes/calendar-feeds.ts';
import { inMemoryClinics } from '#test/fakes/clinics.ts';
import { standingClock } from '#test/fakes/clock.ts';
import { inMemoryCredentials, inMemorySecretValues } from '#test/fakes/credentials.ts';
import { inMemoryDeliveries } from '#test/fakes/deliveries.ts';
import { inMemoryFormerWebhooks } from '#test/fakes/former-webhooks.ts';
import { inMemoryInstructions } from '#test/fakes/instructions.ts';
import { inMemoryInvitations } from '#test/fakes/invitations.ts';
import { inMemoryLinks } from '#test/fakes/links.ts';
import { inMemoryMembers } from '#test/fakes/members.ts';
import { inMemoryCarrier, inMemoryNumbers } from '#test/fakes/numbers.ts';
import { inMemoryOnboardings } from '#test/fakes/onboardings.ts';
import { inMemoryRelaySecrets } from '#test/fakes/relay-secrets.ts';
import { inMemoryRetellAccounts } from '#test/fakes/retell-accounts.ts';
import { inMemorySocketKeys } from '#test/fakes/socket-keys.ts';
import { inboundUrl, joiningFile, joiningWorld, Killed } from './joining-world.ts';

const by = { actorType: 'platform', actorId: 'cli' } as const;
/** An account of a clinic, with an agent that tells us of its calls. */
const ownKey = 'key_of_the_clinic_00001';
const webhookUrl = 'https://api.example.test/api/retell/webhook';
const ownAgent = () => ({ agentId: 'agent_own0000000001', name: 'Desk', version: 3, isPublished: true, webhookUrl });

const orderOf = (n: number, wishes?: string, more?: string): OnboardingOrder => {
  const { orders, problems } = readOnboardingFile('clinics.yaml', joiningFile(n, wishes, more));
  expect(problems).toEqual([]);
  return orders[0]!.order;
};

function open() {
  const clock = standingClock();
  let left = Infinity;
  const clinics = inMemoryClinics();
  const numbers = inMemoryNumbers();
  const trunks = new Map<string, TrunkLogin>();
  const carrier = inMemoryCarrier();
  const instructions = inMemoryInstructions(clock);
  const onboardings = inMemoryOnboardings();
  const links = inMemoryLinks();
  const members = inMemoryMembers();
  const secrets = inMemorySecretValues();
  const credentials = createCredentialVault({ store: inMemoryCredentials(), secrets, clock });
  const formerWebhooks = inMemoryFormerWebhooks();
  const accounts = inMemoryRetellAccounts({ key: ownKey, agents: [ownAgent()] });
  const access = {
    apiKeys: inMemoryApiKeys(),
    socketKeys: inMemorySocketKeys(),
    relaySecrets: inMemoryRelaySecrets(),
    credentials,
    feeds: inMemoryCalendarFeeds(),
    members,
    invitations: inMemoryInvitations(links, members),
  };
  const world = joiningWorld({
    onboardings,
    clinics,
    clinicOn: async (number) => {
      const asked = E164.parse(number);
      return (await clinics.list()).find((clinic) => clinic.numbers.some((one) => one.number === asked))?.id;
    },
    numbers,
    trunks: { of: async (trunk) => trunks.get(trunk) },
    carrier,
    instructions,
    deliveries: inMemoryDeliveries(clock),
    access,
    links,
    takeWebhookBack: takeWebhookBack({ credentials, accounts, formerWebhooks, webhookUrl, clock }),
    clock,
    leaseMs: 60_000,
    mayDie() {
      if (left-- === 0) throw new Killed();
    },
  });
  const started: unknown[] = [];
  const workflow = {
    async start({ go, run }: { go: string; run: number }) {
      started.push([go, run]);
      return 'under-way' as const;
    },
  };
  /** Time passes for whoever waits for a lease. */
  const go = (id: OnboardingOrder['clinic']['id'], way: 'join' | 'leave') =>
    world.go(id, way, (error) => {
      if (error instanceof PurchaseInFlight) clock.pass(61_000);
      return 0;
    });
  const begin = beginOnboarding({ ...world, workflow });
  const leave = beginLeaving({ ...world, workflow });
  return {
    ...world,
    access,
    clock,
    cells: clinics.cells,
    secrets,
    accounts,
    formerWebhooks,
    numbers,
    trunks,
    carrier,
    instructions,
    records: onboardings.records,
    started,
    go,
    begin: (order: OnboardingOrder) => begin(order, by),
    leave: (id: OnboardingOrder['clinic']['id']) => leave(id, by),
    async join(order: OnboardingOrder) {
      await begin(order, by);
      return go(order.clinic.id, 'join');
    },
    /** The process ends at the n-th place from now on, and a new one takes over. */
    dieAt: (n: number) => (left = n),
    hasDied: () => left < 0,
  };
}

test('a clinic joins from its file and its first ring is its own; again is no second time', async () => {
  const world = open();
  const order = orderOf(1);
  const { id } = order.clinic;
  expect(await world.begin(order)).toMatchObject({ outcome: 'under-way' });
  expect(await world.go(id, 'join')).toBe('joined');
  expect([...world.numbers.there.values()]).toEqual([
    expect.objectContaining({ came: 'bought', agentId: 'agent_shared0001', webhookUrl: inboundUrl }),
  ]);
  expect(await world.ring([...world.numbers.there.keys()][0]!)).toBe(id);
  expect(world.mails).toEqual([{ clinicId: id, to: 'desk-1@clinic.example' }]);
  expect((await world.instructions.current(id, 'voice')).base?.text).toBe('Be brief at clinic 1.');
  expect(await world.access.invitations.awaiting(id)).toMatchObject([
    { email: 'owner-1@clinic.example', role: 'owner', invitedBy: { actorType: 'platform', actorId: 'cli' } },
  ]);
  expect(await world.begin(order)).toMatchObject({ outcome: 'already', otherOrder: false });
  const renamed = { ...order, clinic: { ...order.clinic, name: 'Another Name' } };
  expect(await world.begin(renamed)).toMatchObject({ outcome: 'already', otherOrder: true });
  expect((await world.clinics.profile(id))?.name).toBe(order.clinic.name);
  expect(world.records.map(({ act, actorId }) => [act, actorId])).toEqual([['clinic.join', 'cli']]);
});

test('ended at any place, it goes on: one number, one e-mail, the right ring', async () => {
  for (let n = 0; ; n++) {
    const world = open();
    const order = orderOf(1);
    await world.begin(order);
    world.dieAt(n);
    expect(await world.go(order.clinic.id, 'join')).toBe('joined');
    if (!world.hasDied()) return expect(n).toBeGreaterThan(30);
    const numbers = [...world.numbers.there.keys()];
    const { records } = world.access.invitations;
    expect([n, numbers.length, world.mails.length, records.length]).toEqual([n, 1, 1, 1]);
    expect(await world.ring(numbers[0]!)).toBe(order.clinic.id);
  }
});

test('a number is bought once when the answer of the purchase is lost, and once when the vendor fails first', async () => {
  for (const lost of [true, false]) {
    const world = open();
    const buy = world.numbers.buy.bind(world.numbers);
    let failed = false;
    world.numbers.buy = async (wish) => {
      if (lost || failed) {
        const number = await buy(wish);
        if (failed) return number;
      }
      failed = true;
      throw new Error('no answer');
    };
    expect(await world.join(orderOf(1))).toBe('joined');
    expect([lost, world.numbers.there.size]).toEqual([lost, 1]);
  }
});

test('a clinic brings its own numbers: imported where a trunk is named, else taken as they are', async () => {
  const world = open();
  const wishes = 'importNumbers: [{ number: +12025550140, terminationUri: clinic.pstn.twilio.com }]';
  const order = orderOf(1, wishes, 'numbers: [{ number: +12025550140 }, { number: +12025550141 }]\n');
  world.numbers.there.set('+12025550141', { came: 'attached', webhookUrl: 'https://elsewhere.example' });
  expect(await world.join(order)).toBe('joined');
  expect((await world.onboardings.get(order.clinic.id))?.numbers).toEqual([
    { number: '+12025550140', came: 'imported' },
    { number: '+12025550141', came: 'attached' },
  ]);
  expect(await world.ring('+12025550140')).toBe(order.clinic.id);
  expect(await world.ring('+12025550141')).toBe(order.clinic.id);
  await world.leave(order.clinic.id);
  expect(await world.go(order.clinic.id, 'leave')).toBe('left');
  expect([...world.numbers.there]).toEqual([['+12025550141', { came: 'attached' }]]);
});

test('over a trunk that asks for a user and a password a number comes with those put under its name, which no order holds', async () => {
  const world = open();
  const wishes = 'importNumbers: [{ number: +12025550140, terminationUri: clinic.pstn.twilio.com, login: twilio }]';
  const order = orderOf(1, wishes, 'numbers: [{ number: +12025550140 }]\n');
  expect(await world.join(order)).toBe('undone');
  expect(await world.onboardings.get(order.clinic.id)).toMatchObject({
    failure: expect.stringContaining('npm run clinic -- trunk twilio'),
    numbers: [],
  });
  const login = { username: 'retell', password: 'an invented one' };
  world.trunks.set('twilio', login);
  expect(await world.join(order)).toBe('joined');
  expect(world.numbers.there.get('+12025550140')).toMatchObject({ came: 'imported', login });
  expect(JSON.stringify(await world.onboardings.get(order.clinic.id))).not.toContain(login.password);
});

test('a number that the clinic gains in the moment in which it leaves is given back like the others', async () => {
  const world = open();
  const order = orderOf(1);
  const { id } = order.clinic;
  await world.join(order);
  const gained = E164.parse('+12025550141');
  world.numbers.there.set(gained, { came: 'attached', webhookUrl: inboundUrl });
  const { save } = world.clinics;
  world.clinics.save = async (changes, at) => {
    world.clinics.save = save;
    const before = (await world.clinics.profile(id))!;
    await save(
      [{ before, after: { ...clinicOf(before), numbers: [...before.numbers, { number: gained }] }, events: [] }],
      at,
    );
    return save(changes, at);
  };
  await world.leave(id);
  expect(await world.go(id, 'leave')).toBe('left');
  expect([...world.numbers.there]).toEqual([[gained, { came: 'attached' }]]);
});

test('an order of a time when less was asked of orders keeps no clinic from leaving', async () => {
  const world = open();
  const wishes = 'importNumbers: [{ number: +12025550140, terminationUri: clinic.pstn.twilio.com }]';
  const order = orderOf(1, wishes, 'numbers: [{ number: +12025550140 }]\n');
  const { id } = order.clinic;
  await world.join(order);
  const joined = (await world.onboardings.get(id))!;
  const former = { ...order, clinic: { ...order.clinic, country: undefined } };
  await world.onboardings.advance(joined, { order: JSON.stringify(former) });
  await world.leave(id);
  expect(await world.go(id, 'leave')).toBe('left');
  expect(world.numbers.there.size).toBe(0);
});

test('numbers of our account at Twilio ask us from then on, and when the clinic left nobody that we put there', async () => {
  const world = open();
  const wishes = 'importNumbers: [{ number: +12025550140, terminationUri: clinic.pstn.twilio.com }]';
  const [brought, own, ridden, stranger] = ['+12025550140', '+12025550141', '+12025550142', '+12025550143'];
  const numbers = [brought, own, ridden].map((number) => `{ number: ${number} }`).join(', ');
  const order = orderOf(1, wishes, `numbers: [${numbers}]\n`);
  const { there } = world.carrier;
  for (const number of [own, stranger]) there.set(number, { rings: 'nobody', messages: 'nobody' });
  for (const number of [brought, ridden]) there.set(number, { rings: 'a trunk', messages: 'nobody', trunk: true });
  expect(await world.join(order)).toBe('joined');
  const joined = [
    // It rings at Retell, by its trunk; only who writes to it comes to us from Twilio.
    [brought, { rings: 'a trunk', messages: 'us', trunk: true }],
    [own, { rings: 'us', messages: 'us' }],
    [ridden, { rings: 'a trunk', messages: 'us', trunk: true }],
    [stranger, { rings: 'nobody', messages: 'nobody' }],
  ];
  expect(Object.fromEntries(there)).toEqual(Object.fromEntries(joined));
  there.set(own, { rings: 'somebody else by now', messages: 'us' });
  await world.leave(order.clinic.id);
  expect(await world.go(order.clinic.id, 'leave')).toBe('left');
  expect(there.get(own)).toEqual({ rings: 'somebody else by now', messages: 'nobody' });
  expect(there.get(brought)).toMatchObject({ rings: 'a trunk', messages: 'nobody' });
});

test('what is refused for good is undone and leaves no number; mended, it joins', async () => {
  const world = open();
  const first = orderOf(1);
  const second = { ...orderOf(2), clinic: { ...orderOf(2).clinic, slug: first.clinic.slug } };
  // Both are free when they begin; the second finds out at its first step.
  await world.begin(second);
  expect(await world.join(first)).toBe('joined');
  expect(await world.go(second.clinic.id, 'join')).toBe('undone');
  expect((await world.onboardings.get(second.clinic.id))?.failure).toBe('joining-1 is the slug of another clinic');
  expect(world.numbers.there.size).toBe(1);
  expect(await world.begin(second)).toMatchObject({ outcome: 'refused', code: 'claim-taken' });
  expect(await world.join(orderOf(2))).toBe('joined');
  expect(world.numbers.there.size).toBe(2);
});

test('a number the vendor will never sell ends it at once, and says so', async () => {
  const world = open();
  world.numbers.buy = () => Promise.reject(new NumberNotGiven('Retell sold no number (400)', { forGood: true }));
  const order = orderOf(1);
  expect(await world.join(order)).toBe('undone');
  expect(await world.onboardings.get(order.clinic.id)).toMatchObject({ failure: 'Retell sold no number (400)' });
  expect(await world.clinics.profile(order.clinic.id)).toMatchObject({ status: 'closed' });
});

test('what its people change while a clinic joins stays so when it opens', async () => {
  const world = open();
  const order = orderOf(1);
  const { id } = order.clinic;
  await world.join(order);
  // It was opened, and the process ended before that was on record.
  const joined = (await world.onboardings.get(id))!;
  const { 'open-clinic': _opened, 'test-ring': _rung, ...done } = joined.done;
  await world.onboardings.advance(joined, { state: 'joining', done });
  const before = (await world.clinics.profile(id))!;
  const { numbers } = before;
  await world.clinics.save(
    [{ before, after: { ...order.clinic, numbers, name: 'Joining, by the river' }, events: [] }],
    world.clock.now(),
  );
  expect(await world.go(id, 'join')).toBe('joined');
  expect(await world.clinics.profile(id)).toMatchObject({ status: 'active', name: 'Joining, by the river', numbers });
});

test('whoever is put out of a clinic that leaves gives it no other key meanwhile', async () => {
  const world = open();
  const order = orderOf(1);
  const { id } = order.clinic;
  const { credentials, feeds, members } = world.access;
  await world.join(order);
  const event = { clinicId: id, occurredAt: new Date(world.clock.now()).toISOString() } as never;
  const owner = UserId.parse('1f2e3d4c-5b6a-4789-8abc-aaaaaaaaaaaa');
  await members.add({ clinicId: id, userId: owner, role: 'owner' }, event);
  const { ofClinic } = feeds;
  feeds.ofClinic = async (clinicId) => {
    const isOwner = (await members.list(id)).some(({ userId }) => userId === owner);
    if (isOwner) await credentials.put(id, 'retell-api-key', ownKey, { ...by, requestId: 'test' });
    return ofClinic(clinicId);
  };
  await world.leave(id);
  expect(await world.go(id, 'leave')).toBe('left');
  expect([await credentials.list(id), world.secrets.values.size]).toEqual([[], 0]);
});

test('a clinic that leaves is gone from everything, wherever that is stopped', async () => {
  const kind = 'dedicated' as const;
  for (let n = 0; ; n++) {
    const world = open();
    const { apiKeys, credentials, feeds, members, relaySecrets, socketKeys } = world.access;
    const { agentId } = ownAgent();
    const { clinic, ...wishes } = orderOf(1);
    const order = { ...wishes, clinic: { ...clinic, agents: [{ ...clinic.agents[0]!, id: agentId, kind }] } };
    const { id } = clinic;
    await world.join(order);
    const number = (await world.onboardings.get(id))!.numbers[0]!.number;
    const event = { clinicId: id, occurredAt: new Date(world.clock.now()).toISOString() } as never;
    const createdAtMs = world.clock.now();
    const { text: _text, ...key } = mintApiKey();
    await apiKeys.add({ ...key, clinicId: id, createdAtMs }, { keyIds: [], expiresAtMs: 0 }, event);
    const socket = { keyHash: 'a'.repeat(64), clinicId: id, createdAtMs };
    await socketKeys.add(socket, { keyHashes: [], expiresAtMs: 0 }, event);
    const relay = { secretHash: 'c'.repeat(64), clinicId: id, createdAtMs };
    await relaySecrets.add(relay, { secretHashes: [], expiresAtMs: 0 }, event);
    await credentials.put(id, 'retell-api-key', ownKey, { ...by, requestId: 'test' });
    await world.formerWebhooks.remember(id, agentId, 'https://former.example', createdAtMs);
    const provider = ProviderId.parse(order.clinic.providers[0]!.id);
    await feeds.replace([], { tokenHash: 'b'.repeat(64), clinicId: id, providerId: provider, createdAtMs }, 0, event);
    const owner = UserId.parse('1f2e3d4c-5b6a-4789-8abc-aaaaaaaaaaaa');
    await members.add({ clinicId: id, userId: owner, role: 'owner' }, event);

    expect(await world.leave(id)).toMatchObject({ outcome: 'under-way' });
    world.dieAt(n);
    expect(await world.go(id, 'leave')).toBe('left');
    expect(world.numbers.there.size).toBe(0);
    expect(await world.ring(number)).toBeUndefined();
    expect(await world.clinics.profile(id)).toMatchObject({
      status: 'closed',
      retainUntil: '2028-10-04',
      phone: number,
      numbers: [],
      agents: [],
    });
    const live = (await apiKeys.ofClinic(id)).filter(({ expiresAtMs = Infinity }) => expiresAtMs > world.clock.now());
    expect([live, await feeds.ofClinic(id), await members.list(id)]).toEqual([[], [], []]);
    expect(await world.access.invitations.awaiting(id)).toEqual([]);
    const ends = [...(await socketKeys.ofClinic(id)), ...(await relaySecrets.ofClinic(id))];
    expect(ends.map(({ expiresAtMs }) => expiresAtMs)).toEqual([world.clock.now(), world.clock.now()]);
    expect(world.accounts.accounts[0]!.agents).toMatchObject([{ agentId, webhookUrl: 'https://former.example' }]);
    expect([await credentials.read(id, 'retell-api-key'), world.secrets.values.size]).toEqual([undefined, 0]);
    expect(await world.leave(id)).toMatchObject({ outcome: 'already' });
    if (!world.hasDied()) return expect(n).toBeGreaterThan(15);
  }
});

test('a number that answers for another clinic by now is not taken from it', async () => {
  const world = open();
  const [order, taker] = [orderOf(1), orderOf(2)];
  await world.join(order);
  await world.join(taker);
  const { number } = (await world.onboardings.get(order.clinic.id))!.numbers[0]!;
  const [giver, other] = await Promise.all([order, taker].map(({ clinic }) => world.clinics.profile(clinic.id)));
  await world.clinics.save(
    [
      { before: giver, after: { ...giver!, numbers: [], status: 'inactive' }, events: [] },
      { before: other, after: { ...other!, numbers: [...other!.numbers, { number }] }, events: [] },
    ],
    world.clock.now(),
  );
  await world.leave(order.clinic.id);
  expect(await world.go(order.clinic.id, 'leave')).toBe('left');
  expect(world.numbers.there.get(number)).toMatchObject({ webhookUrl: inboundUrl });
  expect(await world.ring(number)).toBe(taker.clinic.id);
  // It was bought for the one and left to the other: with that one it goes too.
  await world.leave(taker.clinic.id);
  expect(await world.go(taker.clinic.id, 'leave')).toBe('left');
  expect([...world.numbers.there.keys()]).toEqual([]);
});

test('a clinic that was here before is not taken for a new one, and may leave all the same', async () => {
  const world = open();
  const order = orderOf(1, 'importNumbers: []', 'numbers: [{ number: +12025550141 }]\n');
  await world.clinics.save([{ after: order.clinic, events: [] }], world.clock.now());
  world.numbers.there.set('+12025550141', { came: 'attached', webhookUrl: `${inboundUrl}/${order.clinic.id}` });
  expect(await world.begin(order)).toMatchObject({ outcome: 'refused', code: 'clinic-exists' });
  await world.leave(order.clinic.id);
  expect(await world.go(order.clinic.id, 'leave')).toBe('left');
  expect([...world.numbers.there.values()]).toEqual([{ came: 'attached' }]);
});

test('a clinic that left may come back, and gets a number of its own again', async () => {
  const world = open();
  const order = orderOf(1);
  await world.join(order);
  await world.leave(order.clinic.id);
  await world.go(order.clinic.id, 'leave');
  expect(await world.join(order)).toBe('joined');
  expect(world.numbers.there.size).toBe(1);
  expect(await world.clinics.profile(order.clinic.id)).toMatchObject({ status: 'active' });
  expect(world.started).toEqual([
    ['join', 1],
    ['leave', 2],
    ['join', 3],
  ]);
  expect(world.mails).toHaveLength(2);
});

test('a clinic that comes back keeps its grid, and a try that comes to nothing keeps what it left no longer', async () => {
  const world = open();
  const order = orderOf(1);
  const { id } = order.clinic;
  await world.join(order);
  const resource = { kind: 'provider', id: order.clinic.providers[0]!.id } as const;
  world.cells.push({ clinicId: id, resource, startMs: world.clock.now(), kind: 'booked', ref: 'a visit' });
  await world.leave(id);
  await world.go(id, 'leave');
  const retainUntil = (await world.clinics.profile(id))!.retainUntil;
  world.clock.pass(600 * 24 * 60 * 60 * 1000);

  const { clinic, ...wishes } = order;
  expect(
    await world.join({ ...wishes, clinic: { ...clinic, scheduling: { ...clinic.scheduling, gridMinutes: 15 } } }),
  ).toBe('undone');
  expect((await world.onboardings.get(id))?.failure).toMatch(/^cannot become 15/);
  world.numbers.buy = () => Promise.reject(new NumberNotGiven('Retell sold no number (400)', { forGood: true }));
  expect(await world.join(order)).toBe('undone');
  expect(await world.clinics.profile(id)).toMatchObject({ status: 'closed', retainUntil });
});

test('a clinic that left and is applied again answers, and can be let go again', async () => {
  const world = open();
  const order = orderOf(1);
  const { id } = order.clinic;
  await world.join(order);
  await world.leave(id);
  await world.go(id, 'leave');
  const before = await world.clinics.profile(id);
  const applied = { ...order.clinic, numbers: [{ number: E164.parse('+12025550141') }] };
  await world.clinics.save([{ before, after: applied, events: [] }], world.clock.now());
  expect(await world.leave(id)).toMatchObject({ outcome: 'under-way' });
  expect(await world.go(id, 'leave')).toBe('left');
  expect(await world.clinics.profile(id)).toMatchObject({ status: 'closed', numbers: [] });
});

test('whoever was invited too often today is not passed over in silence', async () => {
  const world = open();
  const order = orderOf(1);
  for (let time = 1; time <= 5; time++) {
    expect(await world.join(order)).toBe('joined');
    await world.leave(order.clinic.id);
    await world.go(order.clinic.id, 'leave');
  }
  expect(await world.join(order)).toBe('undone');
  expect((await world.onboardings.get(order.clinic.id))?.failure).toMatch(/as often as may be in a day/);
});

test('an execution that broke off is started again under another name; one that runs is not', async () => {
  const world = open();
  const order = orderOf(1);
  await world.begin(order);
  const over = new Set(['join 1']);
  const started: string[] = [];
  const workflow = {
    async start({ go, run }: { go: string; run: number }) {
      started.push(`${go} ${run}`);
      return over.has(`${go} ${run}`) ? ('over' as const) : ('under-way' as const);
    },
  };
  const again = beginOnboarding({ ...world, workflow });
  expect(await again(order, by)).toMatchObject({ outcome: 'under-way', onboarding: { run: 2 } });
  expect(await again(order, by)).toMatchObject({ outcome: 'under-way', onboarding: { run: 2 } });
  expect(started).toEqual(['join 1', 'join 2', 'join 2']);
  const { clinic } = order;
  expect(await again({ ...order, clinic: { ...clinic, name: 'Another' } }, by)).toMatchObject({
    code: 'another-order',
  });
  over.add('join 2');
  // It arrives between the look at the record and the question whether it runs.
  const arriving = beginOnboarding({
    ...world,
    workflow: { start: async (run) => (await world.go(order.clinic.id, 'join'), workflow.start(run)) },
  });
  expect(await arriving(order, by)).toMatchObject({ outcome: 'already', onboarding: { state: 'joined' } });
});

test('a file may hold many clinics; what is wrong is told at its line', () => {
  const file = `${joiningFile(1)}---\n${joiningFile(2, 'buyNumber: { country: US, areaCode: 415 }')}`;
  const read = readOnboardingFile('two.yaml', file).orders.map(({ order }) => [order.clinic.slug, order.buyNumber]);
  expect(read).toEqual([
    ['joining-1', { country: 'US', areaCode: 202 }],
    ['joining-2', { country: 'US', areaCode: 415 }],
  ]);
  const wrong = file
    .replace('slug: joining-2', 'slug: Joining 2')
    .replace('areaCode: 202', 'areaCode: 2')
    .replace("instructions: [{ text: 'Be brief at clinic 2.' }]", 'instruktions: []');
  const { problems } = readOnboardingFile('two.yaml', wrong);
  expect(problems.map(problemText).map((line) => line.split(':').slice(0, 2).join(':'))).toEqual([
    'two.yaml:14 onboarding.buyNumber.areaCode',
    'two.yaml:19 slug',
    'two.yaml:32 onboarding.instruktions',
  ]);
  expect(problems.at(-1)?.message).toBe('is not a wish of a clinic that joins; did you mean instructions?');
  const { problems: brought } = readOnboardingFile(
    'one.yaml',
    joiningFile(
      1,
      'importNumbers: [{ number: +12025550140, terminationUri: https://x, login: A trunk }]',
      'numbers: [{ number: +12025550141 }]\n',
    ),
  );
  expect(brought.map(({ path }) => path)).toEqual(
    ['terminationUri', 'login'].map((key) => `onboarding.importNumbers[0].${key}`),
  );
});

test('an account at the vendor that does not answer keeps no clinic from leaving', async () => {
  const world = open();
  const { clinic, ...wishes } = orderOf(1);
  const agents = [{ ...clinic.agents[0]!, id: ownAgent().agentId, kind: 'dedicated' as const }];
  await world.join({ ...wishes, clinic: { ...clinic, agents } });
  await world.access.credentials.put(clinic.id, 'retell-api-key', ownKey, { ...by, requestId: 'test' });
  world.accounts.silent = true;
  await world.leave(clinic.id);
  expect(await world.go(clinic.id, 'leave')).toBe('left');
  expect(world.accounts.accounts[0]!.agents).toMatchObject([{ webhookUrl }]);
  expect(world.secrets.values.size).toBe(0);
});
