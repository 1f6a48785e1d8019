import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalSystem, waitFor } from './local-system.ts';
import { aCall, retellClient } from './retell-client.ts';

/**
 * Journeys through the whole system: its functions, tables, queues and workflow as the synthesized template wires them,
 * rung and told of calls over the vendor's own wire.
 */
export function firstCallJourneys(running: () => LocalSystem): void {
  let system: LocalSystem;
  beforeAll(() => {
    system = running();
  });

  const client = retellClient(() => system.json);
  const benin = '+12025550142';
  const lakeside = '+12025550143';
  const clinic = (slug: string) => {
    const found = system.json.clinics.find((one) => one.slug === slug);
    if (!found) throw new Error(`no clinic ${slug}`);
    return found;
  };

  type Reply = {
    call_inbound: { dynamic_variables: Record<string, string>; metadata?: object; override_agent_id?: string };
  };

  test('each number rings as its own clinic, in its language', async () => {
    for (const { slug, name, language, numbers, id } of system.json.clinics) {
      const answer = await client.ring(numbers[0] as string);
      expect(answer.status).toBe(200);
      const { dynamic_variables: variables } = ((await answer.json()) as Reply).call_inbound;
      expect({ slug, ...variables }).toMatchObject({ slug, clinic_id: id, clinic_name: name, language });
      expect(Object.values(variables).every((value) => typeof value === 'string')).toBe(true);
    }
    const own = ((await (await client.ring(lakeside)).json()) as Reply).call_inbound.override_agent_id;
    expect(own).toBe(clinic('lakeside-dental').agents.find(({ kind }) => kind === 'dedicated')?.id);
  });

  test('a forged ring and a forged event are refused without a word', async () => {
    const signature = `v=${Date.now()},d=${'0'.repeat(64)}`;
    for (const path of ['/api/retell/inbound', '/api/retell/webhook']) {
      const answer = await client.post(path, { event: 'call_ended' }, { signature });
      expect([answer.status, await answer.text()]).toEqual([401, '']);
    }
  });

  test('a number nobody holds is answered safely, and another clinic’s path does not open its door', async () => {
    for (const answer of [
      await client.ring('+12025550199'),
      await client.ring(benin, `/${clinic('lakeside-dental').id}`),
    ]) {
      expect(answer.status).toBe(200);
      const text = await answer.text();
      expect(text).toContain('"clinic_id":""');
      for (const { name, id } of system.json.clinics) expect(text).not.toMatch(new RegExp(`${name}|${id}`));
    }
  });

  test('events late, twice and out of order end in one e-mail to the right clinic', async () => {
    const { conversationId, started, call, analysis } = aCall(benin);
    const analyzed = { ...call, ...analysis };
    for (const [event, body] of [
      ['call_analyzed', analyzed],
      ['call_ended', call],
      ['call_analyzed', analyzed],
      ['call_started', started],
      ['call_ended', call],
    ] as const) {
      expect((await client.event(event, body)).status).toBe(204);
    }
    const [email] = await client.awaitEmails(conversationId, 1);
    expect(email?.to).toBe('accueil@clinique-du-littoral.example');
    expect(email?.subject).toContain(`[${clinic('clinique-benin').name}] Nouvel appel`);
    expect(email?.text).toContain('Zélie Canari a posé une question.');
    expect(email?.html).toContain('lang="fr"');
    // Another event of the same call, and nothing more comes of it than the record of it.
    await client.event('transcript_updated', call);
    await settled(conversationId);
    expect(await client.emails(conversationId)).toHaveLength(1);
  });

  /** All events of the conversation are merged: its queue is empty. */
  const settled = (conversationId: string) =>
    waitFor(async () => {
      const log = readFileSync(join(system.dir, 'logs', 'frontdesk-local-record-call-event.log'), 'utf8');
      const merged = log.split('\n').filter((line) => line.includes(conversationId) && line.includes('event.merged'));
      return merged.length >= 4 ? true : undefined;
    });

  test('a clinic that wants a link only gets nothing of what was said, in its own language', async () => {
    const { conversationId, call, analysis } = aCall(lakeside);
    await client.event('call_analyzed', { ...call, ...analysis });
    const [email] = await client.awaitEmails(conversationId, 1);
    expect(email?.subject).toMatch(/^\[Lakeside Dental\] New call – /);
    for (const part of [email?.subject, email?.text, email?.html]) expect(part).not.toMatch(/Zélie|Canari|555-?0117/);
  });

  test('events of a number nobody holds wait in quarantine, and are told once its clinic is there', async () => {
    const { conversationId, call, analysis } = aCall('+12025550188');
    await client.event('call_analyzed', { ...call, ...analysis });
    const listed = await waitFor(async () => {
      const { stdout } = await system.run('bin/events.ts', 'quarantine', '--json');
      const events = JSON.parse(stdout) as {
        eventKey: string;
        conversationId?: string;
        reason: string;
        maskedNumber: string;
      }[];
      return events.find((event) => event.conversationId === conversationId);
    });
    expect(listed).toMatchObject({ reason: 'unknown_number', maskedNumber: '+1202*****88' });

    const file = join(system.dir, 'lakeside.yaml');
    const yaml = readFileSync('local/scenarios/clinics/lakeside-dental.yaml', 'utf8');
    writeFileSync(file, yaml.replace(/numbers:\n/, "numbers:\n  - number: '+12025550188'\n"));
    expect(await system.run('bin/clinic.ts', 'apply', file)).toMatchObject({ code: 0 });
    expect(await system.run('bin/events.ts', 'replay', listed.eventKey)).toMatchObject({ code: 0 });
    const [email] = await client.awaitEmails(conversationId, 1);
    expect(email?.subject).toContain('[Lakeside Dental]');
  });

  test('an address that bounces is written to no more, and the clinic’s page says so', async () => {
    const file = join(system.dir, 'parc.yaml');
    const yaml = readFileSync('local/scenarios/clinics/cabinet-du-parc.yaml', 'utf8');
    writeFileSync(file, yaml.replace('secretariat@cabinet-du-parc.example', 'bounce@cabinet-du-parc.example'));
    expect(await system.run('bin/clinic.ts', 'apply', file)).toMatchObject({ code: 0 });
    const first = aCall('+33199001234');
    await client.event('call_analyzed', { ...first.call, ...first.analysis });
    await waitFor(async () => {
      const { stdout } = await system.run('bin/clinic.ts', 'show', 'cabinet-du-parc');
      return /bounce@cabinet-du-parc\.example.*bounce/s.test(stdout) && stdout.includes('disabled') ? true : undefined;
    });
    expect(await system.run('bin/clinic.ts', 'apply', 'local/scenarios/clinics/cabinet-du-parc.yaml')).toMatchObject({
      code: 0,
    });
  });

  test('no log tells who called, from where, or what was said', () => {
    for (const [name, text] of Object.entries(system.logs())) {
      expect([name, text]).toEqual([name, expect.not.stringMatching(/Zélie|Canari|2025550117|a posé une question/)]);
    }
  });
}
