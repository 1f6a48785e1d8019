import { wordsOf } from '#domain/conversations/folded-speech.ts';
import type { Language } from '#domain/language.ts';
import type { Scenario, Talk } from '#local/scenarios/scenario.ts';
import { scenarios } from '#local/scenarios/scenarios.ts';
import type { Remembered } from './brain-history.ts';

/** Where a conversation stands in the script of a scenario. */
export interface Place {
  scenario: Scenario;
  language: Language;
  talk: Talk;
  /** The step after the caller's last line. */
  next: number;
  /** The first thing in the history after the caller's last line. */
  since: number;
}

/** No place: the caller has said half a line, something no script knows, or nothing at all. */
export interface NoPlace {
  reply: 'fragment' | 'unknown' | 'nothing';
  language?: Language;
}

interface Part {
  scenario: Scenario;
  language: Language;
  talk: Talk;
  /** The caller's lines, folded, and the steps they are. */
  lines: { words: string[]; step: number }[];
}

/** Every talk, those of the calls within calls too. Scenarios of other files may still be loading when this one is. */
let known: Part[] | undefined;
const parts = (): Part[] => (known ??= withInner(scenarios).flatMap(partsOf));

const withInner = (all: readonly Scenario[]): Scenario[] =>
  all.flatMap((scenario) => [
    scenario,
    ...withInner(
      Object.values(scenario.talks).flatMap(({ script }) =>
        script.flatMap((step) => ('another' in step ? [step.another] : [])),
      ),
    ),
  ]);

const partsOf = (scenario: Scenario): Part[] =>
  Object.entries(scenario.talks).map(([language, talk]) => ({
    scenario,
    language: language as Language,
    talk,
    lines: talk.script.flatMap((step, index) =>
      'text' in step && step.role === 'user' ? [{ words: wordsOf(step.text), step: index }] : [],
    ),
  }));

/** The caller's words in a row, each with the place in the history where it was said. */
interface Heard {
  words: string[];
  at: number[];
}

function heardIn(history: readonly Remembered[]): Heard {
  const heard: Heard = { words: [], at: [] };
  for (const [at, item] of history.entries()) {
    if (item.kind !== 'said' || item.by !== 'caller') continue;
    for (const word of wordsOf(item.text)) {
      heard.words.push(word);
      heard.at.push(at);
    }
  }
  return heard;
}

/**
 * The talk whose lines the caller has said most of, in order. Lines may come in pieces or joined, some of their words or
 * a whole line may be lost.
 *
 * @param isTold the words are told by somebody else, who may say more than the caller did
 */
export function placeIn(history: readonly Remembered[], isTold = false): Place | NoPlace {
  const heard = heardIn(history);
  if (heard.words.length === 0) return { reply: 'nothing' };
  let best: { part: Part; score: number; line: number; end: number } | undefined;
  for (const part of parts()) {
    const found = followed(part, heard.words);
    if (found && found.score > (best?.score ?? 0)) best = { part, ...found };
  }
  const rest = heard.words.slice(best?.end ?? 0);
  if (rest.length > 0 && !isTold) {
    const expected = best ? [best.part.lines[best.line + 1]] : parts().map(({ lines }) => lines[0]);
    const isFragment = expected.some((line) => line && isBeginning(rest, line.words));
    // Somebody who says more than the line, in the same breath, has still said it.
    const isAside = best && heard.at[best.end - 1] === heard.at.at(-1);
    if (isFragment || !isAside) return { reply: isFragment ? 'fragment' : 'unknown', language: best?.part.language };
  }
  if (!best) return { reply: 'unknown' };
  const { scenario, language, talk, lines } = best.part;
  const step = lines[best.line]?.step ?? 0;
  return { scenario, language, talk, next: step + 1, since: (heard.at[best.end - 1] ?? 0) + 1 };
}

/** How far the heard words follow a talk: the last of its lines that was said, and the words it was said with. */
function followed({ lines }: Part, heard: readonly string[]): { score: number; line: number; end: number } | undefined {
  let found: { score: number; line: number; end: number } | undefined;
  let end = 0;
  let score = 0;
  for (const [line, { words }] of lines.entries()) {
    const match = matchOf(words, heard, end);
    if (!match) {
      score -= 0.5;
      continue;
    }
    end = match.end;
    score += match.count;
    found = { score, line, end };
  }
  return found;
}

/** Where most of a line was said, from a word on. */
function matchOf(
  line: readonly string[],
  heard: readonly string[],
  from: number,
): { end: number; count: number } | undefined {
  const beginnings = line.slice(0, Math.max(3, Math.ceil(line.length * 0.4)));
  let best: { end: number; count: number } | undefined;
  for (let start = from; start < heard.length; start += 1) {
    if (!beginnings.includes(heard[start] ?? '')) continue;
    const match = along(line, heard, start);
    const isWholeEnd = line.length >= 6 && line.slice(-2).every((word, i) => heard[match.end - 2 + i] === word);
    const needed = line.length <= 3 ? 1 : isWholeEnd ? 0.4 : 0.7;
    const isDense = match.count / (match.end - start) >= 0.5;
    if (match.count / line.length >= needed && isDense && match.count > (best?.count ?? 0)) best = match;
    if (best?.count === line.length) break;
  }
  return best;
}

/** Goes along a line and what was heard, over a few words that are missing or too many. */
function along(line: readonly string[], heard: readonly string[], start: number): { end: number; count: number } {
  let next = 0;
  let count = 0;
  let end = start;
  for (let at = start; at < heard.length && next < line.length && at - end <= 6; at += 1) {
    const skip = line.slice(next, next + 5).indexOf(heard[at] ?? '');
    // The first word may be anywhere in the beginning of the line.
    const found = skip !== -1 ? next + skip : count === 0 ? line.indexOf(heard[at] ?? '') : -1;
    if (found === -1) continue;
    next = found + 1;
    count += 1;
    end = at + 1;
  }
  return { end, count };
}

const isBeginning = (rest: readonly string[], line: readonly string[]): boolean =>
  rest.length < line.length &&
  along(line, rest, 0).count / rest.length >= 0.7 &&
  line.slice(0, 3).includes(rest[0] ?? '');

/** Where a line ends among the words the agent said, from a word on; `undefined` when it was not said to its end. */
export function endOfLine(line: readonly string[], said: readonly string[], from: number): number | undefined {
  if (line.length === 0) return from;
  const match = matchOf(line, said, from);
  return match && match.count / line.length >= 0.9 ? match.end : undefined;
}
