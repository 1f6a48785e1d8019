import { languageOf } from '#domain/language.ts';
import type { Turn } from '#domain/conversations/talk/turns/turn.ts';
import type { FunctionNode, Scenario, ScriptStep } from '#local/scenarios/scenario.ts';
import { chosenTalk } from '#local/vendors/retell/perform-talk.ts';
import { type Check, check, type Played, stepsOf } from './check.ts';

/** Longer silence than this is a fault, whatever is being looked up; somebody says something before. */
const longestSilenceMs = 5_000;
/** And somebody whose question takes its time hears that it does. */
const longestLookUpMs = 3_000;
/** A caller who breaks in is heard at once. */
const longestTalkOverMs = 700;

/** What must be true of a call that was really spoken, by what was heard at its other end and what we wrote down of it. */
export function liveChecks(played: Played): Check[] {
  return [
    ...answerChecks(played),
    ...(played.scenario.expects.answer === 'clinic' ? talkChecks(played) : []),
    ...disturbanceChecks(played),
  ];
}

/** Letters and digits: a transcript is punctuated as it pleases. */
const likened = (text: string): string =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

const textsHeard = ({ steps }: Played): string[] => stepsOf(steps, 'hears').map(({ detail }) => detail.text);

const script = ({ scenario, clinic }: Played): readonly ScriptStep[] =>
  chosenTalk(scenario, languageOf(clinic.language)).script;

function answerChecks(played: Played): Check[] {
  const { scenario, clinic, clinics, steps } = played;
  const warnings = stepsOf(steps, 'warning').map(({ detail }) => detail.text);
  const understood = check('the vendor understands all it is sent', warnings.length === 0, warnings.join('; '));
  const heard = textsHeard(played);
  switch (scenario.expects.answer) {
    case 'none':
      return [];
    case 'neutral': {
      const leaked = clinics.find(({ name }) => likened(heard.join(' ')).includes(likened(name)));
      return [check('no clinic is named to the caller', leaked === undefined, leaked?.name), understood];
    }
    case 'clinic': {
      const first = beforeAnythingIsSaid(played).join(' ');
      const others = clinics.filter(
        ({ id, name }) => id !== clinic.id && likened(heard.join(' ')).includes(likened(name)),
      );
      const opening = likened(first.split(' ').slice(0, 6).join(' '));
      const times = opening === '' ? 0 : likened(heard.join(' ')).split(opening).length - 1;
      return [
        check(
          `the caller hears ${clinic.name} first`,
          likened(first).includes(likened(clinic.name)),
          first || 'nothing',
        ),
        check('and of no other clinic', others.length === 0, others.map(({ name }) => name).join(', ')),
        check('the greeting is heard once', times === 1, `${times} times`),
        understood,
      ];
    }
  }
}

function beforeAnythingIsSaid({ steps }: Played): string[] {
  const end = steps.findIndex(({ step }) => step === 'says');
  return stepsOf(end === -1 ? steps : steps.slice(0, end), 'hears').map(({ detail }) => detail.text);
}

function talkChecks(played: Played): Check[] {
  const { scenario, steps } = played;
  const waits = stepsOf(steps, 'hears').map(({ detail }) => detail.afterMs ?? 0);
  const longest = Math.max(0, ...waits);
  const isSlow = script(played).some((step) => 'happens' in step && step.happens === 'tools-slow');
  const patience = isSlow ? longestLookUpMs : longestSilenceMs;
  const repeats = stepsOf(steps, 'repeats').map(({ detail }) => detail.text);
  const stale = stepsOf(steps, 'barge-in').reduce((sum, { detail }) => sum + detail.staleWords, 0);
  const checks = [
    check('nobody waits long for an answer', longest <= patience, `${longest} ms`),
    check('nothing has to be said twice', repeats.length === 0, repeats.join(' / ')),
    check('nothing is heard that was taken back', stale === 0, `${stale} words`),
    ...toolChecks(played),
    // After an emergency a person is rung, or a number taken by keypad: what is said then is heard by no agent.
    ...(scenario.expects.outcome === 'emergency' ? [] : transcriptChecks(played)),
  ];
  if (script(played).some((step) => 'bargesIn' in step)) {
    const [cut] = stepsOf(steps, 'barge-in');
    const after = cut?.detail.silentAfterMs;
    checks.push(
      check(
        'who breaks in is let speak at once',
        after !== undefined && after <= longestTalkOverMs,
        cut ? `after ${after ?? 'never'} ms` : 'nobody broke in',
      ),
    );
  }
  if (script(played).some((step) => 'silent' in step && step.silent === 'to-the-end')) {
    const [hungUp] = stepsOf(steps, 'hung-up');
    checks.push(check('the agent ends the call', hungUp?.detail.by === 'agent', hungUp?.detail.by ?? 'nobody did'));
  }
  const dropped = stepsOf(steps, 'hung-up').some(({ detail }) => detail.by === 'vendor');
  checks.push(check('no call is dropped', !dropped, textOfBreaks(played)));
  const unsaid = saidLines(scenario, played).filter(
    (line) => !stepsOf(steps, 'says').some(({ detail }) => detail.text === line),
  );
  return [...checks, check('the caller could say everything', unsaid.length === 0, unsaid.join(' / '))];
}

const textOfBreaks = ({ steps }: Played): string =>
  stepsOf(steps, 'broken-off')
    .map(({ detail }) => detail.reason)
    .join(', ');

/** Of an emergency nothing more is expected than to be heard. */
const saidLines = ({ expects, hangUpAfterSeconds }: Scenario, played: Played): string[] =>
  expects.outcome === 'emergency' || hangUpAfterSeconds !== undefined
    ? []
    : script(played).flatMap((step) => ('text' in step && step.role === 'user' ? [step.text] : []));

/** Each tool of the scenario was really used, in order, and answered as hoped: our own turns say so. */
function toolChecks(played: Played): Check[] {
  const { scenario, turns } = played;
  // The rules take over in an emergency, whatever a model had in mind.
  if (scenario.expects.outcome === 'emergency') return [];
  const expected = script(played).filter((step): step is FunctionNode => 'call' in step);
  if (expected.length === 0) return [];
  const used = turns.flatMap(({ tool }) => (tool ? [tool] : []));
  const problems: string[] = [];
  let next = 0;
  for (const { call, answers } of expected) {
    const at = used.findIndex(({ name }, index) => index >= next && name === call);
    const found = used[at];
    if (!found) problems.push(`${call} was not used`);
    else {
      next = at + 1;
      if (![answers].flat().includes(found.code)) problems.push(`${call} answered ${found.code}`);
    }
  }
  const mute = used.filter(({ say }) => say === '').map(({ name }) => `${name} says nothing`);
  return [
    check('every tool is used and answers as expected', problems.length === 0, problems.join(', ')),
    check('each has something to say', mute.length === 0, mute.join(', ')),
  ];
}

function transcriptChecks(played: Played): Check[] {
  const { steps, turns } = played;
  // Said again, because the line was cut: once is enough.
  const said = stepsOf(steps, 'says')
    .map(({ detail }) => detail.text)
    .filter((text, index, all) => text !== all[index - 1]);
  const lost = missingInOrder(said, textOf(turns, 'caller'));
  const heard = textsHeard(played).join(' ');
  // What was heard as a recording, or was cut in the middle of a word, is written down in other words.
  const [last] = stepsOf(steps, 'hears').slice(-1);
  const spoken = turns.filter(({ speaker }) => speaker === 'agent');
  // Nobody can tell how much was heard of a sentence in which the line went dead.
  const agentTurns = (last?.detail.cut ? spoken.slice(0, -1) : spoken).filter(({ interrupted }) => !interrupted);
  const invented = heard.includes('‹')
    ? []
    : missingInOrder(
        agentTurns.map(({ text }) => text).filter((text) => text !== ''),
        heard,
      );
  const order = turns.every(({ seq }, index) => index === 0 || seq > (turns[index - 1] as Turn).seq);
  return [
    check('the transcript holds what the caller said, in order', lost.length === 0 && order, lost.join(' / ')),
    check('and nothing of the agent’s that was not heard', invented.length === 0, invented.join(' / ')),
  ];
}

const textOf = (turns: readonly Turn[], speaker: Turn['speaker']): string =>
  turns
    .filter((turn) => turn.speaker === speaker)
    .map(({ text }) => text)
    .join(' ');

/** Which of the texts do not follow each other in the whole. */
function missingInOrder(texts: readonly string[], whole: string): string[] {
  const missing: string[] = [];
  const hay = likened(whole);
  let from = 0;
  for (const text of texts) {
    const at = hay.indexOf(likened(text), from);
    if (at === -1) missing.push(text);
    else from = at + likened(text).length;
  }
  return missing;
}

/** What happened around the call must really have happened, and must not be noticed. */
function disturbanceChecks(played: Played): Check[] {
  const { steps } = played;
  const events = script(played).flatMap((step) => ('happens' in step ? [step.happens] : []));
  const connections = stepsOf(steps, 'connected').length;
  const checks: Check[] = [];
  if (events.includes('task-dies')) {
    checks.push(check('another task takes the call over', connections > 1, `${connections} connections`));
  }
  if (events.includes('deploy')) {
    checks.push(check('the call stays where it is', connections === 1, `${connections} connections`));
  }
  if (events.length > 0) {
    const asked = questionsIn(textsHeard(played).join(' '));
    const twice = asked.filter((question, index) => asked.indexOf(question) !== index);
    checks.push(check('nothing is asked twice', twice.length === 0, twice.join(' / ')));
  }
  return checks;
}

/** Sentences that end in a question mark and say more than `yes?`. */
const questionsIn = (text: string): string[] =>
  (text.match(/[^.?!…]+\?/g) ?? []).map((question) => question.trim()).filter((one) => one.split(' ').length > 3);
