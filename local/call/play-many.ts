import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalClinic } from '#local/local-json.ts';
import { languageOf } from '#domain/language.ts';
import type { Check } from './check.ts';
import { type CallToPlay, play, type PlayedStep } from './play.ts';
import type { Records } from './records.ts';
import type { RunningSystem } from './running-system.ts';

/** How far many calls at once have come. */
export interface Progress {
  ringing: number;
  talking: number;
  over: number;
  emails: number;
}

export interface ManyResult {
  /** One for each claim, with how many calls break it. */
  checks: Check[];
  /** How long callers waited for the first word of an answer, in ms. */
  waits: { p50: number; p95: number; longest: number };
  ok: boolean;
}

/** Fictional numbers, a hundred in each area. */
const areas = [202, 303, 404, 505, 606, 707];
const numberOf = (index: number): string =>
  `+1${areas[Math.floor(index / 100) % areas.length]}55501${String(index % 100).padStart(2, '0')}`;

/** Fifty a second, the most this system is built for. All of them talk at the same time all the same. */
const betweenRingsMs = 20;
/** Everybody's records are looked at in turn, so that looking costs the system little. */
const pollMs = 3_000;

/** Places all calls of a scenario at once, over all clinics it can be spoken in, and holds each to what is expected. */
export async function playMany(
  system: RunningSystem,
  records: Records,
  asked: Omit<CallToPlay, 'clinic' | 'from'> & { callers: number },
  tell: (progress: Progress) => void,
): Promise<ManyResult> {
  const { scenario, clinics, callers } = asked;
  const open = clinics.filter(({ numbers, language }) => numbers.length > 0 && scenario.talks[languageOf(language)]);
  if (open.length === 0) throw new Error(`no clinic speaks a language of ${scenario.name}`);
  const progress: Progress = { ringing: 0, talking: 0, over: 0, emails: 0 };
  const waits: number[] = [];
  function followOne(): (step: PlayedStep) => void {
    let isTalking = false;
    return ({ step, detail }) => {
      if (step === 'ringing') progress.ringing += 1;
      else if (step === 'connected' && detail.time === 1) {
        isTalking = true;
        progress.ringing -= 1;
        progress.talking += 1;
      } else if (step === 'finished') {
        progress[isTalking ? 'talking' : 'ringing'] -= 1;
        progress.over += 1;
      } else if (step === 'email') progress.emails += 1;
      else if (step === 'hears' && detail.afterMs !== undefined) waits.push(detail.afterMs);
      tell({ ...progress });
    };
  }
  const results = await Promise.all(
    Array.from({ length: callers }, async (_, index) => {
      await sleep(index * betweenRingsMs);
      const clinic = open[index % open.length] as LocalClinic;
      return play(
        system,
        records,
        { ...asked, clinic, from: numberOf(index), pollMs, looksAfterwards: true },
        followOne(),
      );
    }),
  );
  const sorted = waits.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return {
    checks: combined(results.map(({ checks }) => checks)),
    waits: { p50: at(0.5), p95: at(0.95), longest: at(1) },
    ok: results.every(({ ok }) => ok),
  };
}

function combined(all: readonly Check[][]): Check[] {
  const claims = Map.groupBy(all.flat(), ({ claim }) => claim);
  return [...claims].map(([claim, checks]) => {
    const broken = checks.filter(({ ok }) => !ok);
    const such = broken[0]?.found;
    return {
      claim: `${claim} (${checks.length})`,
      ok: broken.length === 0,
      ...(broken.length > 0 && { found: `not so ${broken.length} times${such ? `, such as ${such}` : ''}` }),
    };
  });
}
