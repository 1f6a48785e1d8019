import { jest } from '@jest/globals';
import type { Result } from '#local/call/play.ts';
import { type LocalSystem, startLocalSystem } from './local-system.ts';

/*
 * Live calls through the whole system as the synthesized templates wire it: the voice service in processes of its own,
 * stand-ins of every vendor that speak their protocols, and a caller who is judged by what they hear.
 */
let system: LocalSystem;
/** Both at once: each takes half a minute, in which this machine has little to do. */
let calls: Record<string, ReturnType<LocalSystem['run']>>;
const vendors = ['twilio', 'retell-llm'];
beforeAll(async () => {
  system = await startLocalSystem();
  const play = (vendor: string) => system.run('local/call.ts', 'task-dies-mid-call', '--vendor', vendor, '--json');
  calls = Object.fromEntries(vendors.map((vendor) => [vendor, play(vendor)]));
}, 120_000);
afterAll(() => system.stop(), 30_000);
jest.setTimeout(180_000);

test.each(vendors)(
  'on %s a caller books, though the task that held the call is killed, and the clinic gets its e-mail',
  async (vendor) => {
    const { code, stdout, stderr } = await (calls[vendor] as (typeof calls)[string]);
    expect(stderr).toBe('');
    const { checks, steps } = JSON.parse(stdout) as Result;
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(steps.filter(({ step }) => step === 'broken-off').length).toBeGreaterThan(0);
    expect(code).toBe(0);
    expect(Object.values(system.logs()).join('')).not.toMatch(/Pervenche|1962-12-04|ordonnance/);
  },
);
