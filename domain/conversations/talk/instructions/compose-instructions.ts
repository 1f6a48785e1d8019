import type { Clinic } from '../../../clinics/clinic.ts';
import { spokenHours } from '../../../clinics/hours/spoken-hours.ts';
import { spokenProviders } from '../../../clinics/practice/spoken-providers.ts';
import { shownPhone } from '../../../clinics/numbers/shown-phone.ts';
import { type Language, type LanguageTag, languageOf } from '../../../language.ts';
import { list, spokenDate, wallClock } from '../../../wall-time.ts';
import type { Channel } from '../../conversation.ts';
import type { OutboundPurpose } from '../../outbound/outbound-call.ts';
import type { Instructions, InstructionScope } from './instructions.ts';
import type { AgentRole } from '../live-talk.ts';
import type { PromptFacts, PromptWords } from '../prompt/prompt-words.ts';
import { promptWords } from '../prompt/words.ts';

/** Between these the clinic's text stands; it cannot hold them itself. */
const opening = '<clinic_text>';
const closing = '</clinic_text>';

export interface PromptParts {
  clinic: Clinic;
  /** What the clinic has published, in the versions the talk is pinned to. */
  texts: Partial<Record<InstructionScope, Pick<Instructions, 'text'>>>;
  language: LanguageTag;
  nowMs: number;
  /** A call without it. */
  channel?: Channel;
  /** Why we called, where we did. */
  purpose?: OutboundPurpose;
}

/**
 * The whole prompt of one role: our rules, what everybody may know of the clinic, and the clinic's own text, which is
 * set apart and outweighed by the rules whatever it says. Nothing of any patient, nothing secret.
 */
export function composeInstructions(
  role: AgentRole,
  { clinic, texts, language: tag, nowMs, channel = 'voice', purpose }: PromptParts,
): string {
  const language = languageOf(tag);
  const words = promptWords[language];
  const facts = factsOf(clinic, tag, nowMs);
  return [
    words.headings.role,
    channel === 'voice' ? words.role[role](clinic.name) : words.written.role(clinic.name),
    words.headings.rules,
    ...rulesOf(role, words, facts, { channel, purpose }).map((rule) => `- ${rule}`),
    words.headings.facts,
    ...words.facts(facts),
    facts.doctors || words.noDoctors,
    words.headings.clinic,
    words.clinicText,
    opening,
    setApart(clinicText(role, texts) ?? words.base),
    closing,
    words.headings.last,
    words.last,
  ].join('\n');
}

function rulesOf(
  role: AgentRole,
  words: PromptWords,
  facts: PromptFacts,
  { channel, purpose }: { channel: Channel; purpose: OutboundPurpose | undefined },
): string[] {
  const { rules, written } = words;
  const isSpoken = channel === 'voice';
  return [
    rules.disclosure,
    rules.privacy,
    ...(purpose ? [words.called(words.calledFor[purpose])] : []),
    (isSpoken ? rules : written).emergency(facts.emergencyNumbers),
    rules.noInventing,
    rules.toolSentence[role],
    isSpoken ? rules.manner[role] : written.manner,
    facts.otherLanguages ? rules.languages(facts.language, facts.otherLanguages) : rules.oneLanguage(facts.language),
    ...(isSpoken ? [rules.country(facts.country)] : []),
    rules.injection,
    isSpoken ? rules.ending : written.ending(facts.phone),
  ];
}

/** What holds for everybody, then what is for this role alone. One model that does everything reads all of it. */
function clinicText(role: AgentRole, { base, receptionist, supervisor }: PromptParts['texts']): string | undefined {
  const own = { single: [receptionist, supervisor], receptionist: [receptionist], supervisor: [supervisor] }[role];
  const told = [base, ...own].flatMap((text) => (text ? [text.text.trim()] : []));
  return told.length ? told.join('\n\n') : undefined;
}

/** Nor can it begin a part of its own that looks like one of ours. Blanks without end keep no other call waiting. */
const setApart = (text: string): string =>
  text.replace(/<\s*(?:\/\s*)?clinic_text\s*>/gi, ' ').replace(/^[ \t]*#+[ \t]*/gm, '');

const displayNames = new Map<string, Intl.DisplayNames>();
function nameOf(code: string, type: 'region' | 'language', language: Language): string {
  const key = `${type} ${language}`;
  let names = displayNames.get(key);
  if (!names) displayNames.set(key, (names = new Intl.DisplayNames(language, { type })));
  return names.of(code) ?? code;
}

function factsOf(clinic: Clinic, tag: LanguageTag, nowMs: number): PromptFacts {
  const language = languageOf(tag);
  const { date } = wallClock(nowMs, clinic.zone);
  const others = [...new Set(clinic.languages.map((spoken) => languageOf(spoken)))].filter((one) => one !== language);
  return {
    clinic: clinic.name,
    address: clinic.address,
    phone: shownPhone(clinic),
    hours: spokenHours(clinic, language, nowMs),
    emergencyNumbers: list(clinic.emergencyNumbers, language, 'disjunction'),
    doctors: spokenProviders(clinic.providers, language),
    today: spokenDate(date, tag),
    isoDate: date,
    country: nameOf(clinic.country, 'region', language),
    language: nameOf(language, 'language', language),
    otherLanguages: list(
      others.map((one) => nameOf(one, 'language', language)),
      language,
      'conjunction',
    ),
  };
}
