import type { Result } from '#local/call/play.ts';
import { broken } from './broken.ts';
import type { LocalSystem } from './local-system.ts';

/**
 * Live calls through the whole system as the synthesized templates wire it: the voice service in processes of its own,
 * stand-ins of every vendor that speak their protocols, and a caller who is judged by what they hear. They last half a
 * minute each, in which they need little of the machine: `meanwhile` is tested beside them.
 */
export function voiceJourneys(running: () => LocalSystem, meanwhile: () => void): void {
  const vendors = ['twilio', 'retell-llm'] as const;
  const calls: Record<string, ReturnType<LocalSystem['run']>> = {};
  beforeAll(() => {
    const play = (vendor: string) => running().run('local/call.ts', 'task-dies-mid-call', '--vendor', vendor, '--json');
    // One after the other: with both tasks dead at once this would be another story.
    calls['twilio'] = play('twilio');
    calls['retell-llm'] = calls['twilio'].then(() => play('retell-llm'));
  });

  meanwhile();

  test.each(vendors)(
    'on %s a caller books, though the task that held the call is killed, and the clinic gets its e-mail',
    async (vendor) => {
      const { code, stdout, stderr } = await (calls[vendor] as (typeof calls)[string]);
      expect(stderr).toBe('');
      const played = JSON.parse(stdout) as Result;
      const { checks, steps } = played;
      expect(broken(played)).toEqual([]);
      expect(steps.filter(({ step }) => step === 'broken-off').length).toBeGreaterThan(0);
      expect(code).toBe(checks.every(({ ok }) => ok) ? 0 : 1);
      expect(Object.values(running().logs()).join('')).not.toMatch(/Pervenche|1962-12-04|ordonnance/);
    },
  );
}
