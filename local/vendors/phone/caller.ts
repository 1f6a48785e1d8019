import type { AnotherCall, Happening, Keys, Line, ScriptStep } from '#local/scenarios/scenario.ts';
import type { LiveEntry } from '#local/vendors/live-timeline.ts';
import { CallOver, type Handset } from './handset.ts';

/** What a caller meets besides the line. */
export interface Surroundings {
  /** Somebody, or something, listens at the other end right now. */
  isConnected(): boolean;
  /** How often somebody was, each time another. */
  connections(): number;
  happens(what: Happening): Promise<void>;
  anotherCall(call: AnotherCall): Promise<void>;
  tell(entry: LiveEntry): void;
  /** Ended by the caller when the talk is over, or left to the agent. */
  endsBy: 'caller' | 'agent';
}

/** Whoever heard what they waited for answers at once; whoever is not sure listens a little longer. */
const heardItMs = 300;
const perhapsMore = 1_500;
/** From one word to the next of another breath. */
const pauseMs = 340;
/** Somebody was asked to wait. */
const waitsMs = 8_000;
/** Nothing at all comes: said once more, then given up. */
const nothingMs = 14_000;
const longestWaitMs = 60_000;
const afterLastWordMs = 400;
/** An agent that hangs up itself takes no longer. */
const agentHangsUpMs = 8_000;
const silentToTheEndMs = 120_000;
/** Before a dead line is known to be dead. */
const noticedMs = 300;
const reconnectMs = 30_000;
const perhapsAWordMs = 2_500;
const wordsBeforeBargingIn = 12;

const holdOn =
  /^(un (petit )?(instant|moment)|une (petite )?(seconde|minute)|je (regarde|vérifie|cherche|consulte)|one (moment|second)|just a (moment|second)|let me|hold on|‹)/i;

/** Only that the line was cut and one can go on: of an answer, whole or not, nothing was heard. */
const wasCut = /^([^.?!]*\b(coupée|coupés|cut)\b[^.?!]*\.( [^.?!]{0,40}\.)? ?)+$/i;

/**
 * A small actor: says the caller's lines of a script one after the other, each when the agent has finished speaking.
 * What the agent is expected to say only tells it what to wait for.
 */
export async function playCaller(
  phone: Handset,
  script: readonly ScriptStep[],
  { isConnected, connections, happens, anotherCall, tell, endsBy }: Surroundings,
): Promise<void> {
  /** Where the agent's answer to the last line begins. */
  let from = 0;
  let expected = '';
  let lastSaid = '';
  /** On which connection it was said. */
  let saidOn = 0;

  const heard = () => phone.heardSince(from);
  /** What was heard since the agent last paused. */
  const lastBreath = () => {
    const words = phone.ear.heard.slice(from);
    const pause = words.findLastIndex(({ atMs }, index) => index > 0 && atMs - (words[index - 1]?.atMs ?? 0) > pauseMs);
    return words
      .slice(Math.max(0, pause))
      .map(({ text }) => text)
      .join(' ');
  };
  const patience = () => {
    if (expected !== '' && likened(heard()).endsWith(expected)) return heardItMs;
    const last = lastBreath();
    return holdOn.test(last) && last.split(' ').length <= 14 ? waitsMs : perhapsMore;
  };
  const isMyTurn = () => phone.ear.heard.length > from && !phone.ear.isSpeech && phone.ear.silentMs >= patience();

  /** Listens until the agent has finished. */
  async function listen(): Promise<void> {
    const anything = () => phone.ear.heard.length > from;
    if (!(await phone.until(anything, nothingMs))) {
      if (lastSaid === '') throw new GaveUp();
      tell({ step: 'repeats', detail: { text: lastSaid } });
      await phone.say(lastSaid);
      if (!(await phone.until(anything, nothingMs))) throw new GaveUp();
    }
    await phone.until(isMyTurn, longestWaitMs);
    // Said into a line that was cut, and not heard by whoever is there now.
    if (lastSaid !== '' && connections() > saidOn && wasCut.test(heard())) {
      await speak(lastSaid);
      await listen();
    }
  }

  async function speak(text: string): Promise<void> {
    // Whoever is not interrupted has said all before; what comes now answers this line, however early.
    from = phone.ear.heard.length;
    saidOn = connections();
    await phone.say(text);
    lastSaid = text;
  }

  async function say({ text, bargesIn }: Line): Promise<void> {
    if (bargesIn) {
      const speaksOn = () => phone.ear.heard.length >= from + wordsBeforeBargingIn && phone.ear.isSpeech;
      if (!(await phone.until(speaksOn, nothingMs))) await listen();
    } else await listen();
    await speak(text);
    if (bargesIn) from = phone.ear.heard.length;
    expected = '';
  }

  /** Whatever happened, somebody comes back on the line; perhaps with a word. */
  async function settle(): Promise<void> {
    const before = phone.ear.heard.length;
    await phone.until(() => false, noticedMs);
    await phone.until(isConnected, reconnectMs);
    if (!(await phone.until(() => phone.ear.heard.length > before, perhapsAWordMs))) return;
    await phone.until(() => phone.ear.silentMs >= perhapsMore, longestWaitMs);
  }

  async function step(one: ScriptStep): Promise<'over' | void> {
    if ('text' in one) {
      if (one.role === 'user') await say(one);
      else expected = literalEnd(one.text);
    } else if ('another' in one) {
      if (one.when === 'before') return;
      await listen();
      await anotherCall(one);
    } else if ('happens' in one) {
      await listen();
      await happens(one.happens);
      await settle();
      // The answer to the last line was heard before it happened.
      saidOn = connections();
    } else if ('noise' in one) {
      await phone.until(() => phone.ear.heard.length > from && phone.ear.isSpeech, nothingMs);
      await phone.cough();
    } else if ('presses' in one) {
      await listen();
      await phone.press((one satisfies Keys).presses);
      from = phone.ear.heard.length;
    } else if ('silent' in one) {
      await listen();
      if (one.silent === 'to-the-end') {
        await phone.until(() => false, silentToTheEndMs);
        return 'over';
      }
      from = phone.ear.heard.length;
      expected = '';
      await phone.until(() => phone.ear.heard.length > from, longestWaitMs);
    }
  }

  try {
    for (const one of script) if ((await step(one)) === 'over') break;
    if (script.findLastIndex(isAgents) > script.findLastIndex(isCallers)) await listen();
    await phone.until(() => false, endsBy === 'agent' ? agentHangsUpMs : afterLastWordMs);
  } catch (error) {
    if (error instanceof CallOver) return;
    if (!(error instanceof GaveUp)) throw error;
    tell({ step: 'broken-off', detail: { reason: 'the caller hears nothing for too long and gives up' } });
  }
  phone.hangUp();
}

class GaveUp extends Error {}

const isAgents = (step: ScriptStep) => 'role' in step && step.role === 'agent';
const isCallers = (step: ScriptStep) => ('role' in step && step.role === 'user') || 'silent' in step;

/** Calls that were over when this one began. */
export const callsBefore = (script: readonly ScriptStep[]): AnotherCall[] =>
  script.filter((step): step is AnotherCall => 'another' in step && step.when === 'before');

/** Letters and digits: punctuation and blanks are heard differently from how they are written. */
const likened = (text: string): string =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** The end of a line as far as it is known beforehand. */
const literalEnd = (text: string): string => likened(text.slice(text.lastIndexOf('}}') + 1).replace(/^\}/, ''));
