import { createConversationStore } from '#adapters/dynamodb/conversations.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import type { Item, Table } from '#adapters/dynamodb/table.ts';
import type { ToolUse } from '#domain/conversations/talk/turns/turn.ts';
import { type ClinicId, type ConversationId } from '#domain/ids.ts';
import { stepsOf } from '#local/call/check.ts';
import { spokenMs } from '#local/vendors/speech-codec.ts';
import type { TimelineStep } from '#local/vendors/retell/timeline.ts';
import type { Scenario } from '#local/scenarios/scenario.ts';

/** A call that is over, as its other end saw it. */
export interface DeadlyCall {
  clinicId: ClinicId;
  conversationId: ConversationId;
  language: 'fr' | 'en';
  vendor: 'twilio' | 'retell-llm';
  steps: readonly TimelineStep[];
}

/** What became of it. Each list is empty where all is well. */
export interface Verdict {
  /** `spared`: it was over, all said, before a task of its died or in that moment; `never-began`: no wire was opened. */
  fate: 'broken' | 'spared' | 'never-began';
  /** How often its wire broke and another task took it up. */
  breaks: number;
  /** Why it did not go on under its session to the end of its script. */
  lost: string[];
  /** Questions that were heard twice from end to end. */
  askedTwice: string[];
  /** What the caller had to say again though it was on record. */
  saidAgain: string[];
  /** What the caller had to say again because the dead line swallowed it. */
  swallowed: string[];
  /** Silence from the break, or from the end of what the caller said over it, to the next word. */
  gapsMs: number[];
}

/** Letters and digits: a transcript is punctuated as it pleases. */
const likened = (text: string): string =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** A sentence is told after so much silence behind it. */
const toldAfterMs = 300;

/** Holds a call to its timeline and to everything our table keeps of it. Its record is to be settled. */
export async function verdictOf(core: Table, scenario: Scenario, call: DeadlyCall): Promise<Verdict> {
  const { steps } = call;
  const items = await core.query({ pk: keys.conversation(call.clinicId, call.conversationId).PK });
  const unfinished = endOf(call, scenario);
  const breaks = breaksIn(steps);
  const isCut = breaks === 0 && unfinished.length > 0;
  return {
    fate: !steps.some(({ step }) => step === 'connected') ? 'never-began' : breaks > 0 || isCut ? 'broken' : 'spared',
    breaks,
    lost: [...unfinished, ...recordOf(items), ...takeoverOf(steps, items)],
    askedTwice: askedTwice(steps),
    ...repeated(steps, items),
    gapsMs: gapsIn(steps),
  };
}

/** Settled: nothing will be written any more of a call that is over. */
export async function isSettled(core: Table, { clinicId, conversationId }: DeadlyCall): Promise<boolean> {
  const record = await createConversationStore(core).get(clinicId, conversationId);
  return ['sent', 'sent_degraded', 'failed', 'suppressed'].includes(record?.notification ?? 'none');
}

/** Breaks while the call was live, each followed by a connection. */
export function breaksIn(steps: readonly TimelineStep[]): number {
  let breaks = 0;
  let line: 'none' | 'up' | 'broken' = 'none';
  for (const { step } of steps) {
    if (step === 'broken-off' && line === 'up') line = 'broken';
    else if (step === 'connected') {
      if (line === 'broken') breaks += 1;
      line = 'up';
    }
  }
  return breaks;
}

function endOf({ steps, language }: DeadlyCall, scenario: Scenario): string[] {
  const problems: string[] = [];
  const script = scenario.talks[language]?.script ?? [];
  const said = stepsOf(steps, 'says').map(({ detail }) => detail.text);
  for (const step of script) {
    if ('text' in step && step.role === 'user' && !said.includes(step.text)) problems.push(`unsaid: ${step.text}`);
  }
  const by = stepsOf(steps, 'hung-up')[0]?.detail.by;
  if (by !== 'caller') problems.push(`ended by ${by ?? 'nobody'}`);
  const heard = likened(heardIn(steps));
  const opening = likened(stepsOf(steps, 'hears')[0]?.detail.text.split(' ').slice(0, 4).join(' ') ?? '');
  const greetings = opening === '' ? 0 : heard.split(opening).length - 1;
  if (greetings !== 1) problems.push(`greeted ${greetings} times`);
  for (const { detail } of stepsOf(steps, 'dials')) problems.push(`put through to ${detail.number}`);
  return problems;
}

const isMessage = ({ name }: ToolUse): boolean => name === 'take_message';

/** One conversation, one talk, one message if the tool said so and none twice, turns in order. */
function recordOf(items: readonly Item[]): string[] {
  const problems: string[] = [];
  const ofEntity = (entity: string) => items.filter((item) => item.entity === entity);
  const count = (what: string, found: number) => {
    if (found !== 1) problems.push(`${found} ${what}`);
  };
  count('conversation items', ofEntity('Conversation').length);
  count('talk items', ofEntity('Talk').length);
  const turns = ofEntity('Turn');
  const messages = items.filter(({ SK }) => String(SK).startsWith('MSG#')).length;
  const wasTaken = turns.some(({ tool }) => (tool as ToolUse | undefined)?.code === 'OK' && isMessage(tool as ToolUse));
  // A machine that is too busy makes the tool say that it did not get to it; it may have, but never twice.
  if (wasTaken || messages > 0) count('messages', messages);
  const instants = turns.map(({ at }) => String(at));
  if (instants.some((at, index) => index > 0 && at < (instants[index - 1] as string)))
    problems.push('turns out of order');
  if (ofEntity('Conversation').some(({ notification }) => notification !== 'sent')) problems.push('no complete e-mail');
  return problems;
}

/** Whoever says goodbye in the moment of a break is gone before anybody takes them over. */
const partingMs = 1_500;

function takeoverOf(steps: readonly TimelineStep[], items: readonly Item[]): string[] {
  const connectedAtMs = stepsOf(steps, 'connected').at(-1)?.atMs ?? 0;
  const hungUpAtMs = stepsOf(steps, 'hung-up')[0]?.atMs ?? Infinity;
  const wasTaken = items.some(({ entity, epoch }) => entity === 'Talk' && Number(epoch) > 1);
  return wasTaken || hungUpAtMs - connectedAtMs < partingMs ? [] : ['nobody took it over'];
}

const heardIn = (steps: readonly TimelineStep[]): string =>
  stepsOf(steps, 'hears')
    .map(({ detail }) => detail.text)
    .join(' ');

/** Sentences that end in a question mark and say more than `yes?`. */
function askedTwice(steps: readonly TimelineStep[]): string[] {
  const questions = (heardIn(steps).match(/[^.?!…]+\?/g) ?? [])
    .map((question) => likened(question))
    .filter((question) => question.length > 12);
  return questions.filter((question, index) => questions.indexOf(question) !== index);
}

/** What was said again: needlessly, where our turns hold it as often as it was said. */
function repeated(steps: readonly TimelineStep[], items: readonly Item[]): Pick<Verdict, 'saidAgain' | 'swallowed'> {
  const known = likened(
    items
      .filter(({ entity, speaker }) => entity === 'Turn' && speaker === 'caller')
      .map(({ text }) => String(text))
      .join(' '),
  );
  const said = stepsOf(steps, 'says').map(({ detail }) => detail.text);
  const again = said.filter((text, index) => said.indexOf(text) !== index);
  const times = (text: string) => known.split(likened(text)).length - 1;
  const timesSaid = (text: string) => said.filter((one) => one === text).length;
  const isNeedless = (text: string) => times(text) >= timesSaid(text);
  return { saidAgain: again.filter(isNeedless), swallowed: again.filter((text) => !isNeedless(text)) };
}

function gapsIn(steps: readonly TimelineStep[]): number[] {
  return stepsOf(steps, 'broken-off').flatMap(({ atMs }) => {
    let silentFromMs = atMs;
    for (const step of steps) {
      if (step.step === 'says') {
        // What is said over the break, or begun after it, is over then.
        const endMs = step.atMs + spokenMs(step.detail.text);
        if (endMs > silentFromMs) silentFromMs = endMs;
      } else if (step.step === 'hears' && step.atMs > atMs) {
        const firstWordMs = step.atMs - toldAfterMs - spokenMs(step.detail.text);
        if (firstWordMs >= atMs) return [Math.max(0, firstWordMs - silentFromMs)];
      } else if (step.step === 'hung-up') return [];
    }
    return [];
  });
}
