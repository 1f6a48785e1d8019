import { type Language, languageOf } from '#domain/language.ts';
import type { NotificationState } from '#domain/conversations/conversation.ts';
import type { Scenario } from '#local/scenarios/scenario.ts';
import type { TimelineStep } from '#local/vendors/retell/timeline.ts';
import type { Email } from './mailbox.ts';
import type { LocalClinic } from '#local/local-json.ts';

/** One thing that must be true of a call that is over. */
export interface Check {
  claim: string;
  ok: boolean;
  /** What was there instead. */
  found?: string;
}

/** All that is known of a call when it is over. */
export interface Played {
  scenario: Scenario;
  clinic: LocalClinic;
  clinics: readonly LocalClinic[];
  steps: readonly TimelineStep[];
  emails: readonly Email[];
  notification: NotificationState;
  /** Types of its events that lie in quarantine. */
  quarantined: readonly string[];
}

/** Who must hear of a call in which nothing was booked: those who want all calls, as `summaryRecipients` chooses them. */
export function expectedRecipients({ recipients }: LocalClinic): string[] {
  const interested = recipients.filter(({ events }) => events.includes('all'));
  const somebodyMissesIt = interested.some(({ alternative, disabled }) => !alternative && disabled);
  return interested
    .filter(({ alternative, disabled }) => !disabled && (!alternative || somebodyMissesIt))
    .map(({ address }) => address);
}

const languageNames = { fr: 'French', en: 'English' } as const satisfies Record<Language, string>;

const check = (claim: string, ok: boolean, found?: string): Check => ({ claim, ok, ...(!ok && found && { found }) });

type StepOf<Name extends TimelineStep['step']> = Extract<TimelineStep, { step: Name }>;
const stepsOf = <Name extends TimelineStep['step']>(steps: readonly TimelineStep[], name: Name): StepOf<Name>[] =>
  steps.filter((step): step is StepOf<Name> => step.step === name);

/** Holds a call to what its scenario expects. */
export function checksOf(played: Played): Check[] {
  return [...answerChecks(played), ...deliveryChecks(played), ...emailChecks(played), ...quarantineChecks(played)];
}

function answerChecks({ scenario, clinic, clinics, steps }: Played): Check[] {
  const [answered] = stepsOf(steps, 'answered');
  const warnings = stepsOf(steps, 'warning').map(({ detail }) => detail.text);
  const understood = check('Retell can use every part of the answer', warnings.length === 0, warnings.join('; '));
  switch (scenario.expects.answer) {
    case 'none':
      return [];
    case 'clinic': {
      const name = answered?.detail.variables.clinic_name;
      return [
        check(`the phone is answered as ${clinic.name}`, name === clinic.name, name ?? 'no clinic name'),
        understood,
      ];
    }
    case 'neutral': {
      const said = JSON.stringify([
        answered?.detail.variables,
        answered?.detail.metadata,
        answered?.detail.agentOverride,
      ]);
      const leaked = clinics.find(({ id, name }) => said.includes(id) || said.includes(name));
      const rejected = stepsOf(steps, 'rejected').length > 0;
      return [
        check('the phone is answered', answered !== undefined || rejected, 'no usable answer'),
        check('the answer is nobody’s: no clinic is named in it', leaked === undefined, leaked?.name),
        understood,
      ];
    }
  }
}

function deliveryChecks({ steps }: Played): Check[] {
  const lost = stepsOf(steps, 'event-given-up').map(({ detail }) => detail.event);
  return [check('every event Retell delivers is taken', lost.length === 0, `refused to the last: ${lost.join(', ')}`)];
}

/** What our own record of the call must say of the e-mail that came. */
const recordedAs = { complete: 'sent', degraded: 'sent_degraded' } as const;

function emailChecks({ scenario, clinic, emails, notification }: Played): Check[] {
  const expected = scenario.expects.email;
  if (expected === 'none') return [check('nobody gets an e-mail', emails.length === 0, received(emails))];
  const language = languageOf(clinic.language);
  const counts = expectedRecipients(clinic).map((address) => ({
    address,
    count: emails.filter(({ to }) => to === address).length,
  }));
  const reached = counts.map(({ address, count }) =>
    check(`${address} gets exactly one e-mail`, count === 1, `${count} came`),
  );
  if (emails.length === 0) return reached;
  const strangers = emails.filter(({ to }) => !counts.some(({ address }) => address === to));
  const misnamed = emails.filter(({ subject }) => !subject.includes(clinic.name));
  const mistaken = emails.filter(({ html }) => !new RegExp(`<html[^>]*\\slang="${language}`, 'i').test(html));
  return [
    ...reached,
    check('nobody else gets one', strangers.length === 0, received(strangers)),
    check(`the subject names ${clinic.name}`, misnamed.length === 0, received(misnamed)),
    check(`it is in ${languageNames[language]}`, mistaken.length === 0, received(mistaken)),
    check(
      expected === 'degraded' ? 'it says honestly that there is no summary' : 'it is complete',
      notification === recordedAs[expected],
      `the record says ${notification}`,
    ),
  ];
}

const received = (emails: readonly Email[]): string => emails.map(({ to, subject }) => `${subject} → ${to}`).join('; ');

/** Events nobody can be found for wait for an operator; none may be lost. */
function quarantineChecks({ scenario, steps, quarantined }: Played): Check[] {
  if (scenario.expects.answer !== 'neutral') return [];
  const delivered = new Set(stepsOf(steps, 'event-delivered').map(({ detail }) => detail.event));
  const missing = [...delivered].filter((event) => !quarantined.includes(event));
  return [check('its events wait in quarantine', missing.length === 0, `not there: ${missing.join(', ')}`)];
}
