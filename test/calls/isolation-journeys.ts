import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import { WebSocket } from 'ws';
import { stringify } from 'yaml';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { createPatientStore } from '#adapters/dynamodb/patients.ts';
import { openTable, type Table } from '#adapters/dynamodb/table.ts';
import { systemClock } from '#domain/clock.ts';
import type { Slug } from '#domain/clinics/slug.ts';
import { ClinicId } from '#domain/ids.ts';
import { Patient } from '#domain/scheduling/patients/patient.ts';
import { applyClinics } from '#lambdas/clinics/apply-clinic.ts';
import { issueDemoKey, issueDemoSocket } from '#local/demo-keys.ts';
import type { LocalJson } from '#local/local-json.ts';
import type { LocalSystem } from './local-system.ts';
import { isolationOfPeople } from './isolation-people.ts';
import { retellClient } from './retell-client.ts';
import { startTalk } from './talk.ts';
import { foreignIn, type MarkedClinic, markedClinics, markPattern } from './marked-clinics.ts';

/**
 * Two hundred clinics in one deployment, every text, id and number of which tells whose it is. Each is talked to, and
 * pairs of them try to get at each other with ids, names, keys, tokens and bindings that are real, but not their own:
 * whatever any of them is answered, sent or told holds nothing of another, and logs hold no text of anybody.
 */
export function isolationJourneys(running: () => LocalSystem): void {
  const clinics = markedClinics(200);
  const foreign = foreignIn(clinics);
  const attempts = 6;
  const pairs = Array.from(
    { length: attempts },
    (_, index) => [clinics[index * 31], clinics[(index * 31 + 1) % clinics.length]] as [MarkedClinic, MarkedClinic],
  );

  let system: LocalSystem;
  /** Of the clinics of this test, as `local.json` tells of those of the demo. */
  let json: LocalJson;
  const keys = new Map<MarkedClinic, { apiKey: string; socketPath: string }>();

  beforeAll(async () => {
    system = running();
    const { endpoint, tables } = system.json.dynamodb;
    const client = new DynamoDBClient({
      endpoint,
      region: system.json.aws.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    const [core, routing, audit] = [tables.core, tables.routing, tables.audit].map((name) =>
      openTable(client, name),
    ) as [Table, Table, Table];
    const registry = createClinicRegistry({ core, routing, audit });
    const files = clinics.map(({ slug, file }) => ({ name: `${slug}.yaml`, text: stringify(file) }));
    const { problems } = await applyClinics({ clinics: registry, clock: systemClock })(files);
    expect(problems.slice(0, 3)).toEqual([]);
    const patients = createPatientStore({ core, audit });
    const nowMs = Date.now();
    for (const { id, patient } of clinics) {
      const { id: patientId, phone, ...names } = patient;
      const kept = { ...names, patientId, clinicId: id, phones: [phone], language: 'fr', authorisedContacts: [] };
      await patients.add(
        Patient.parse({ ...kept, provisional: false, createdAtMs: nowMs, updatedAtMs: nowMs, version: 1 }),
        [],
      );
    }
    for (const clinic of new Set(pairs.flat())) {
      const clinicId = ClinicId.parse(clinic.id);
      keys.set(clinic, {
        apiKey: await issueDemoKey(client, tables, clinicId),
        socketPath: await issueDemoSocket(client, tables, { id: clinicId, slug: clinic.slug as Slug }),
      });
    }
    client.destroy();
    json = {
      ...system.json,
      clinics: clinics.map(({ id, slug, number, agentId, recipient }) => ({
        ...(system.json.clinics[0] as LocalJson['clinics'][number]),
        id,
        slug,
        numbers: [number],
        agents: [{ provider: 'retell', id: agentId, kind: 'dedicated' }],
        recipients: [recipient],
      })),
    };
  }, 120_000);

  const retell = retellClient(() => json);
  const keyOf = (clinic: MarkedClinic) => keys.get(clinic) as { apiKey: string; socketPath: string };

  /** Booked by its own software, so that there is something of it to get at. */
  async function bookedAt(clinic: MarkedClinic) {
    const [offer] = (
      (await ask(clinic, { action: 'availability', typeId: clinic.typeId })) as { offers: { slotToken: string }[] }
    ).offers;
    const { slotToken } = offer as { slotToken: string };
    const made = await ask(clinic, { action: 'book', slotToken, patientId: clinic.patient.id });
    const { appointment } = made as { appointment: { id: string; start: string; localStart: string } };
    return { slotToken, appointment };
  }

  async function ask(clinic: MarkedClinic, body: object, headers: Record<string, string> = {}): Promise<object> {
    const answer = await fetch(`${json.api}/api/booking`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keyOf(clinic).apiKey}`, ...headers },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    expect(foreign(text, clinic)).toEqual([]);
    return { status: answer.status, ...(JSON.parse(text) as object) };
  }

  test('each of two hundred numbers rings as its own clinic, and tells nothing of the others', async () => {
    const ringOne = async (clinic: MarkedClinic) => {
      const text = await (await retell.ring(clinic.number)).text();
      expect(foreign(text, clinic)).toEqual([]);
      expect(text.match(markPattern)?.length).toBeGreaterThan(0);
    };
    for (let first = 0; first < clinics.length; first += 10) {
      await Promise.all(clinics.slice(first, first + 10).map(ringOne));
    }
  });

  test.each(pairs.map(([own, other]) => [own.slug, other.slug, own, other] as const))(
    'whoever talks to %s gets at nothing of %s with its ids, names, numbers and bindings',
    async (_own, _other, own, other) => {
      const theirs = await bookedAt(other);
      const talk = await startTalk(retell, json, other.patient.phone, own.number);
      const said: string[] = [];
      const call = async (tool: string, args: object = {}) => {
        const reply = await talk.call(tool, args);
        said.push(JSON.stringify(reply));
        return reply;
      };
      const { patient, mark } = other;
      const [date, time] = [theirs.appointment.localStart.slice(0, 10), theirs.appointment.localStart.slice(11, 16)];
      const who = { patient_name: `${patient.givenName} ${patient.familyName}`, date_of_birth: patient.dob };
      const words = { ...who, date_of_birth_said: 'in_words' };

      for (const tool of ['get_clinic_info', 'list_providers', 'list_appointment_types', 'find_available_times']) {
        await call(tool, tool === 'get_clinic_info' ? { topic: 'all' } : {});
        expect(await call(tool, { topic: 'all', clinic_id: other.id })).toMatchObject({ code: 'TENANT_MISMATCH' });
      }
      for (const doctor of [`docteur ${mark}`, other.providerId]) {
        expect(await call('find_available_times', { doctor, date })).not.toMatchObject({ code: 'OK' });
        expect(await call('list_providers', { doctor })).not.toMatchObject({ code: 'OK' });
      }
      expect(await call('find_available_times', { appointment_type: other.typeId })).not.toMatchObject({ code: 'OK' });
      expect(await call('hold_time', { choice: theirs.slotToken })).not.toMatchObject({ code: 'OK' });
      expect(await call('verify_patient', words)).not.toMatchObject({ code: 'OK' });
      expect(await call('find_my_appointments', who)).not.toMatchObject({ code: 'OK' });
      const change = { current_date: date, current_time: time, patient_name: who.patient_name };
      expect(await call('cancel_appointment', change)).not.toMatchObject({ code: 'OK' });
      expect(await call('reschedule_appointment', { ...change, date, time: '17:00' })).not.toMatchObject({
        code: 'OK',
      });
      const wish = { doctor: other.providerId, appointment_type: other.typeId, date, time: '16:00' };
      expect(await call('book_appointment', { ...words, ...wish })).not.toMatchObject({ code: 'OK' });
      await call('transfer_to_human');

      // The other's binding in our call, and the other's path at our ring.
      const ringOfOther = await (await retell.ring(other.number)).json();
      const { metadata } = (ringOfOther as { call_inbound: { metadata: object } }).call_inbound;
      const forged = JSON.parse(talk.bytes('list_providers', {})) as { call: object };
      const mixed = await retell.send(
        '/api/functions/list_providers',
        JSON.stringify({ ...forged, call: { ...forged.call, metadata } }),
      );
      said.push(await mixed.text());
      said.push(await (await retell.ring(own.number, `/${other.id}`)).text());

      // What the caller said may come back to them, as the name of their own they gave; nothing else of the other may.
      const told = said.join('\n').replaceAll(new RegExp(`${who.patient_name}|${mark}(?= n’|, né)`, 'g'), '');
      expect(foreign(told, own)).toEqual([]);

      await talk.end('Résumé.');
      const [email, ...more] = await retell.awaitEmails(talk.conversationId, 1);
      expect([email?.to, more]).toEqual([own.recipient, []]);
      expect(foreign(`${email?.subject}\n${email?.text}\n${email?.html}`.replaceAll(patient.phone, ''), own)).toEqual(
        [],
      );
      // And what was theirs stands as it stood.
      expect(await ask(other, { action: 'get', appointmentId: theirs.appointment.id })).toMatchObject({
        appointment: { start: theirs.appointment.start, status: 'booked' },
      });
    },
  );

  test.each(pairs.map(([own, other]) => [own.slug, other.slug, own, other] as const))(
    'software with the key of %s reads and changes nothing of %s',
    async (_own, _other, own, other) => {
      const theirs = await bookedAt(other);
      const { id: appointmentId, start } = theirs.appointment;
      const { id: patientId } = other.patient;
      const [end, day] = [new Date(Date.parse(start) + 30 * 60_000).toISOString(), start.slice(0, 10)];
      const block = (await ask(other, {
        action: 'block',
        operatoryId: other.operatoryId,
        start: `${day}T21:00:00Z`,
        end: `${day}T21:30:00Z`,
      })) as { block?: { id: string } };
      const { providerId, typeId, operatoryId } = other;
      const mine = { typeId: own.typeId, providerId: own.providerId };
      const refused = [
        { action: 'availability', typeId },
        { action: 'availability', ...mine, providerId },
        { action: 'hold', slotToken: theirs.slotToken },
        { action: 'book', slotToken: theirs.slotToken, patient: { givenName: 'Ada', familyName: 'Essai' } },
        { action: 'book', typeId, start, patientId },
        { action: 'book', ...mine, start, patientId },
        { action: 'reschedule', appointmentId, start },
        { action: 'cancel', appointmentId },
        { action: 'status', appointmentId, status: 'confirmed' },
        { action: 'get', appointmentId },
        { action: 'block', providerId, start, end },
        { action: 'block', operatoryId, start, end },
        { action: 'unblock', blockId: block.block?.id ?? appointmentId },
        { action: 'list', providerId },
        { action: 'list', patientId },
      ];
      for (const request of refused) {
        const answer = (await ask(own, request)) as { status: number; appointments?: unknown[] };
        expect([request, answer.status >= 400 || answer.appointments?.length === 0]).toEqual([request, true]);
      }
      expect(await ask(own, { action: 'list', include: ['patients', 'blocks', 'openings'] })).toMatchObject({
        status: 200,
      });
      expect(await ask(own, { action: 'clinic' })).toMatchObject({ status: 200 });
      expect(await ask(other, { action: 'get', appointmentId })).toMatchObject({
        appointment: { start, status: 'booked' },
      });
    },
  );

  /** Opens a socket of the voice service and waits until it is closed, or for as long as it may take to be let in. */
  async function heardOn(path: string): Promise<string> {
    const socket = new WebSocket(`${json.voice.replace('http', 'ws')}${path}`, { perMessageDeflate: false });
    const heard: string[] = [];
    socket.on('message', (data: Buffer) => heard.push(data.toString()));
    socket.on('error', () => undefined); // Refused before it opened, which is an answer as well.
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const callId = path.split('/').at(-1);
    socket.on('open', () =>
      socket.send(
        JSON.stringify({ interaction_type: 'call_details', call: { call_id: callId, call_type: 'phone_call' } }),
      ),
    );
    const bored = setTimeout(() => socket.terminate(), 10_000);
    await closed;
    clearTimeout(bored);
    return heard.join('\n');
  }

  test.each(pairs.slice(0, 2).map(([own, other]) => [own.slug, other.slug, own, other] as const))(
    'neither the socket key of %s nor the token of its call opens a line of %s',
    async (_own, _other, own, other) => {
      const talk = await startTalk(retell, json, '+12025550117', other.number);
      const callId = talk.conversationId.replace('retell_', '');
      const ownKey = keyOf(own).socketPath.split('/').at(-1);
      const heard = await Promise.all([
        heardOn(`/llm-websocket/${other.slug}/${ownKey}/${callId}`),
        heardOn(`${keyOf(own).socketPath}/${callId}`),
        heardOn(`/llm-websocket/${own.slug}/${callId}`),
      ]);
      // A connection may be told how the protocol goes on before it is known; nobody's words are part of that.
      expect(heard.flatMap((text) => text.match(markPattern) ?? [])).toEqual([]);
      expect(heard.join('\n')).not.toContain('"content":"');

      const rung = await Promise.all([own, other].map((clinic) => ringOnTwilio(clinic)));
      const [mine, theirs] = rung as [Rung, Rung];
      expect(await heardOnMedia(mine, theirs.token)).toEqual([]);
    },
  );

  interface Rung {
    callSid: string;
    streamUrl: string;
    token: string;
  }

  async function ringOnTwilio(clinic: MarkedClinic): Promise<Rung> {
    const { accountSid, authToken } = json.twilio;
    const callSid = `CA${randomBytes(16).toString('hex')}`;
    const form = {
      AccountSid: accountSid,
      CallSid: callSid,
      From: '+12025550117',
      To: clinic.number,
      Direction: 'inbound',
      CallStatus: 'ringing',
      ApiVersion: '2010-04-01',
    };
    const url = `${json.api}/api/twilio/incoming-call`;
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'x-twilio-signature': webhooks.getExpectedTwilioSignature(authToken, url, form) },
      body: new URLSearchParams(form),
    });
    const twiml = await answer.text();
    expect(foreign(twiml, clinic)).toEqual([]);
    const [, streamUrl = ''] = /<Stream [^>]*url="([^"]+)"/.exec(twiml) ?? [];
    const [, token = ''] = /name="token" value="([^"]+)"/.exec(twiml) ?? [];
    expect([streamUrl, token]).not.toContain('');
    return { callSid, streamUrl, token };
  }

  /** The messages a stream gets that says it is of this call and proves it with this token. */
  async function heardOnMedia({ callSid, streamUrl: url }: Rung, token: string): Promise<string[]> {
    const { accountSid, authToken } = json.twilio;
    const signature = webhooks.getExpectedTwilioSignature(authToken, url, {});
    const socket = new WebSocket(url, { perMessageDeflate: false, headers: { 'x-twilio-signature': signature } });
    const heard: string[] = [];
    socket.on('message', (data: Buffer) => heard.push(data.toString()));
    const closed = once(socket, 'close');
    await once(socket, 'open');
    const streamSid = `MZ${randomBytes(16).toString('hex')}`;
    const start = {
      streamSid,
      accountSid,
      callSid,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters: { token },
    };
    socket.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }));
    socket.send(JSON.stringify({ event: 'start', sequenceNumber: '1', start, streamSid }));
    const [code] = (await closed) as [number];
    expect(code).toBe(1008);
    return heard;
  }

  describe('people of clinics and visitors of their sites', () =>
    isolationOfPeople({ json: () => json, pairs: pairs.slice(0, 3), foreign, ring: (number) => retell.ring(number) }));

  test('no log holds a text of any clinic or a number of any caller', () => {
    const logs = Object.values(system.logs()).join('\n');
    expect(logs.length).toBeGreaterThan(0);
    expect(logs.match(markPattern) ?? []).toEqual([]);
    const numbers = clinics.flatMap(({ patient }) => [patient.phone, patient.phone.slice(2)]);
    expect(numbers.filter((number) => logs.includes(number))).toEqual([]);
  });
}
