import { type Language, languageOf } from '#domain/language.ts';
import type { Act } from '#domain/conversations/conversation.ts';
import type { LocalClinic } from '#local/local-json.ts';
import { type Check, check, type Played, stepsOf } from './check.ts';
import { liveChecks } from './live-checks.ts';
import type { Email } from './mailbox.ts';
import { vendorNames } from './place.ts';

export type { Check, Played } from './check.ts';

/** A caller who hears nothing for longer asks whether anybody is there. */
const longestAnswerMs = 2_000;

/** Who must hear of a call in which our tools did this, as `summaryRecipients` chooses them. */
export function expectedRecipients({ recipients }: LocalClinic, acts: readonly Act[]): string[] {
  const told = new Set<string>(['all', ...acts, ...(acts.includes('rescheduled') ? ['booked'] : [])]);
  const interested = recipients.filter(({ events }) => events.some((event) => told.has(event)));
  const somebodyMissesIt = interested.some(({ alternative, disabled }) => !alternative && disabled);
  return interested
    .filter(({ alternative, disabled }) => !disabled && (!alternative || somebodyMissesIt))
    .map(({ address }) => address);
}

const languageNames = { fr: 'French', en: 'English' } as const satisfies Record<Language, string>;

/** Holds a call to what its scenario expects. */
export function checksOf(played: Played): Check[] {
  return [
    ...(played.vendor === 'retell' ? [...answerChecks(played), ...functionChecks(played)] : liveChecks(played)),
    ...recordChecks(played),
    ...deliveryChecks(played),
    ...emailChecks(played),
    ...quarantineChecks(played),
  ];
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

/** What only holds where nothing else keeps the machine busy. */
export const inTime = 'none keeps the caller waiting for two seconds';

/** Functions answer as the flow hopes, in time for somebody who waits on the line. */
function functionChecks({ steps }: Played): Check[] {
  const called = stepsOf(steps, 'function-called').map(({ detail }) => detail);
  const others = stepsOf(steps, 'another-call').flatMap(({ detail }) => detail.functions);
  if (called.length === 0) return [];
  const wrong = [...called, ...others].filter(({ code, expected }) => code === undefined || !expected.includes(code));
  const slow = called.filter(({ tookMs }) => tookMs >= longestAnswerMs);
  const mute = called.filter(({ say }) => !say);
  const named = (outcomes: typeof called, what: (one: (typeof called)[number]) => string) =>
    outcomes.map((one) => `${one.name} ${what(one)}`).join(', ');
  return [
    check(
      'every function answers as the flow expects',
      wrong.length === 0,
      named(wrong, ({ code, error, expected }) => `answered ${code ?? error}, not ${expected.join(' or ')}`),
    ),
    check(
      'each has something to say',
      mute.length === 0,
      named(mute, () => 'says nothing'),
    ),
    check(
      inTime,
      slow.length === 0,
      named(slow, ({ tookMs }) => `${tookMs} ms`),
    ),
  ];
}

/** What our own tables say, whatever was said in the call. */
function recordChecks({ scenario, record, emails, clinic }: Played): Check[] {
  const { outcome, reached, appointments: expected, message } = scenario.expects;
  const listed = (appointments: NonNullable<typeof expected>) =>
    appointments.map(({ patient, status }) => `${patient} ${status}`).join(', ') || 'none';
  const checks: Check[] = [];
  if (outcome) {
    checks.push(check(`the record says: ${outcome}`, record.outcome === outcome, record.outcome ?? 'no record'));
  }
  if (reached) {
    const met = record.reached ?? 'nothing';
    checks.push(check(`the record says the call met: ${reached}`, met === reached, met));
  }
  if (expected) {
    const same = listed(record.appointments) === listed(expected);
    checks.push(check(`appointments in the record: ${listed(expected)}`, same, listed(record.appointments)));
    const told = clinic.emailContent !== 'link_only';
    const missing = expected.filter(({ patient }) => emails.some(({ text }) => text.includes(patient) !== told));
    checks.push(
      check(
        told ? 'the e-mail names them' : 'the e-mail names nobody',
        missing.length === 0,
        missing.map(({ patient }) => patient).join(', '),
      ),
    );
  }
  if (message && clinic.emailContent !== 'link_only') {
    const passedOn = emails.length > 0 && emails.every(({ text }) => text.includes(message));
    checks.push(check('the e-mail passes the message on', passedOn));
  }
  return checks;
}

function deliveryChecks({ steps, vendor }: Played): Check[] {
  const given = stepsOf(steps, 'event-given-up').map(({ detail }) => detail.event);
  const refused = stepsOf(steps, 'told')
    .filter(({ detail: { status } }) => status === undefined || status < 200 || status > 299)
    .map(({ detail: { what, status, error } }) => `${what} ${status ?? error}`);
  const lost = [...given, ...refused];
  return [
    check(
      `every event ${vendorNames[vendor]} delivers is taken`,
      lost.length === 0,
      `refused to the last: ${lost.join(', ')}`,
    ),
  ];
}

/** What our own record of the call must say of the e-mail that came. */
const recordedAs = { complete: 'sent', degraded: 'sent_degraded' } as const;

function emailChecks({ scenario, clinic, emails, record }: Played): Check[] {
  const expected = scenario.expects.email;
  if (expected === 'none') return [check('nobody gets an e-mail', emails.length === 0, received(emails))];
  const language = languageOf(clinic.language);
  const counts = expectedRecipients(clinic, record.acts).map((address) => ({
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
      record.notification === recordedAs[expected],
      `the record says ${record.notification}`,
    ),
  ];
}

const received = (emails: readonly Email[]): string => emails.map(({ to, subject }) => `${subject} → ${to}`).join('; ');

/** Events nobody can be found for wait for an operator; none may be lost. */
function quarantineChecks({ scenario, vendor, steps, quarantined }: Played): Check[] {
  // A number nobody holds is not answered at Twilio: there is nothing to find a clinic for.
  if (scenario.expects.answer !== 'neutral' || vendor === 'twilio') return [];
  const delivered = new Set(stepsOf(steps, 'event-delivered').map(({ detail }) => detail.event));
  const missing = [...delivered].filter((event) => !quarantined.includes(event));
  return [check('its events wait in quarantine', missing.length === 0, `not there: ${missing.join(', ')}`)];
}
