import type { Result } from '#local/call/play.ts';
import { broken } from './broken.ts';
import type { LocalSystem } from './local-system.ts';

/**
 * Calls our own side makes, through the whole system: somebody of the clinic asks for them, a vendor's stand-in dials,
 * and a patient answers who confirms the appointment, or a machine. They need little of the machine: `meanwhile` is
 * tested beside them.
 */
export function outboundJourneys(running: () => LocalSystem, meanwhile: () => void): void {
  const journeys = [
    ['confirms the appointment they are reminded of', []],
    ['is a machine, which keeps nothing of any patient', ['--vendor', 'twilio', '--picks-up', 'voicemail']],
  ] as const;
  let calls: ReturnType<LocalSystem['run']>[] = [];
  beforeAll(() => {
    // One after the other: both are of the one patient who may be called at any hour.
    let before: Promise<unknown> = Promise.resolve();
    calls = journeys.map(([, options]) => {
      const call = before.then(() => running().run('local/call.ts', 'reminder-call', ...options, '--json'));
      before = call.catch(() => undefined);
      return call;
    });
  });

  meanwhile();

  test.each(journeys.map(([what], index) => [what, index] as const))('whoever is called %s', async (_, index) => {
    const { code, stdout, stderr } = await calls[index]!;
    expect(stderr).toBe('');
    const played = JSON.parse(stdout) as Result;
    const { checks, steps } = played;
    expect(broken(played)).toEqual([]);
    expect(code).toBe(checks.every(({ ok }) => ok) ? 0 : 1);
    const heard = steps.flatMap((step) => (step.step === 'hears' ? [step.detail.text] : []));
    if (index === 1) expect(heard.join(' ')).toMatch(/You can reach us at/);
    expect(heard.join(' ')).not.toMatch(/Marlow|Specimen|check-up/);
    const logs = Object.values(running().logs()).join('');
    expect(logs).not.toMatch(/Marlow|Specimen|1979-03-03|555.?0167|491570156|99001267/);
  });
}
