import type { Clinic } from '../clinics/clinic.ts';
import type { Recipient } from '../clinics/settings/email-settings.ts';
import type { Message } from '../conversations/acts.ts';
import type { Conversation } from '../conversations/conversation.ts';
import { type LanguageTag, languageOf } from '../language.ts';
import type { SummaryTemplate } from '../messages/call-completed.ts';
import { displayPhone, normalizePhone } from '../phone-number.ts';
import type { Patient } from '../scheduling/patients/patient.ts';
import { shortDate, spokenDate, wallClock, writtenTime } from '../wall-time.ts';
import { appointmentSection, patientName, type ToldAppointment } from './appointment-section.ts';
import type { EmailDocument, EmailFact, EmailNotice, EmailSection } from './email-document.ts';
import { cleanLines, oneLine, shortened } from './hostile-text.ts';
import { entryBytes } from './html-bytes.ts';
import { messageSection } from './message-section.ts';
import { transcriptTurns, turnsWithin } from './transcript-turns.ts';
import type { CallSummaryWords, Direction, Medium } from './words/call-summary-words.ts';
import { callSummaryWords } from './words/words.ts';
import { writtenDuration } from './written-duration.ts';

export interface CallSummary {
  clinic: Clinic;
  recipient: Pick<Recipient, 'address'>;
  conversation: Conversation;
  /** What our own tools did to the calendar, in that order. */
  appointments: readonly ToldAppointment[];
  /** What the caller asked us to pass on. */
  messages: readonly Message[];
  /** Patients whose identity the caller proved. */
  identified: readonly Patient[];
  template: SummaryTemplate;
  /** The analysis did not come in time; the e-mail says so. */
  degraded: boolean;
  /** Where the clinic's people sign in, such as `https://console.example`. */
  consoleUrl: string;
}

/** Mail servers fold longer subjects, telephones cut them. */
const longestSubject = 150;
/** Gmail clips a message at 102 KB. What each part may take of its HTML leaves 25 KB for the frame around them. */
const longestSummary = 3_000;
const spokenBytes = 55_000;
/** Of those, what appointments and messages may take; the transcript has the rest. */
const appointmentBytes = 25_000;
const messageBytes = 15_000;
/** Of a family; a longer row of names is in the record. */
const mostIdentities = 6;

/**
 * The e-mail a clinic gets about a conversation, in its language and its own time, telling as much as it chose:
 * `link_only` nothing of what was said and two digits of the number, `summary` the number, who proved to be whom, the
 * appointments and messages from our own records and the summary, `full` the transcript too. The subject never tells who
 * called or what was said.
 */
export function callSummaryEmail(call: CallSummary): EmailDocument {
  const { clinic, recipient, conversation, template, consoleUrl } = call;
  const language = languageOf(clinic.defaultLanguage);
  const words = callSummaryWords[language];
  const clinicName = oneLine(clinic.name);
  const heading = words.headings[template][mediumOf(conversation)];
  const outcome = outcomeLabel(conversation, words);
  const urgent = conversation.outcome === 'emergency';
  const type = words.types[conversation.channel][conversation.direction ?? 'unstated'];
  const duration = writtenDuration(conversation.durationMs);
  const home = `${consoleUrl.replace(/\/+$/, '')}/clinics/${clinic.slug}`;
  const moment = momentOf(conversation);
  return {
    language,
    clinicName,
    subject: subjectOf({ clinic, clinicName, heading, outcome, urgent, moment, words }),
    preheader: [type, duration].filter(Boolean).join(' · '),
    kicker: heading,
    title: capital(outcome),
    subtitle: writtenMoment(moment, clinic, words),
    urgent,
    notices: noticesOf(call, words),
    facts: [
      ...numberFact(conversation, clinic, words),
      ...identityFact(call, words),
      { label: words.type, value: type },
      ...(duration ? [{ label: words.duration, value: duration }] : []),
    ],
    sections: sectionsOf(call, words),
    button: { label: words.openRecord, href: `${home}/calls/${conversation.conversationId}` },
    footer: {
      paragraphs: [
        clinic.email.content === 'link_only' ? words.detailsWithheld : words.personalData,
        `${words.whyYou(oneLine(recipient.address))} ${words.times(clinic.zone.replaceAll('_', ' '))}`,
      ],
      link: { label: words.settings, href: `${home}/settings` },
    },
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const mediumOf = ({ channel }: Conversation): Medium => (channel === 'voice' ? 'call' : 'conversation');

/** What came of it; of a call that broke or never began, that, unless an act of ours says more. */
function outcomeLabel({ outcome, endKind }: Conversation, words: CallSummaryWords): string {
  const nothingHappened = outcome === 'unknown' || outcome === 'abandoned';
  if (nothingHappened && endKind === 'not_connected') return words.notConnected;
  if (nothingHappened && endKind === 'error') return words.technicalFailure;
  return words.outcomes[outcome];
}

interface Moment {
  kind: 'started' | 'ended' | 'reported';
  epochMs: number;
}

/** The best known time of a conversation: its start, else its end, else when we first heard of it. */
function momentOf({ startedAt, endedAt, createdAt }: Conversation): Moment {
  if (startedAt !== undefined) return { kind: 'started', epochMs: startedAt };
  return endedAt !== undefined ? { kind: 'ended', epochMs: endedAt } : { kind: 'reported', epochMs: createdAt };
}

function writtenMoment({ kind, epochMs }: Moment, clinic: Clinic, words: CallSummaryWords): string {
  const { date, time } = wallClock(epochMs, clinic.zone);
  return words[kind](spokenDate(date, clinic.defaultLanguage), writtenTime(time, clinic.defaultLanguage));
}

interface SubjectParts {
  clinic: Clinic;
  clinicName: string;
  heading: string;
  outcome: string;
  urgent: boolean;
  moment: Moment;
  words: CallSummaryWords;
}

/** `[Clinic] Nouvel appel – 5 oct. 2026, 14 h 30 – rendez-vous pris`; a long clinic name gives way to the rest. */
function subjectOf({ clinic, clinicName, heading, outcome, urgent, moment, words }: SubjectParts): string {
  const { date, time } = wallClock(moment.epochMs, clinic.zone);
  const tag: LanguageTag = clinic.defaultLanguage;
  const start = urgent ? `${words.urgent} – ` : '';
  const rest = `${heading} – ${shortDate(date, tag)}, ${writtenTime(time, tag)} – ${outcome}`;
  const room = longestSubject - start.length - rest.length - '[] '.length;
  return `${start}[${shortened(clinicName, room)}] ${rest}`;
}

function noticesOf({ conversation, clinic, template, degraded }: CallSummary, words: CallSummaryWords): EmailNotice[] {
  const notices: EmailNotice[] = [];
  const plain = (...sentences: string[]) => notices.push({ tone: 'plain', text: sentences.join(' ') });
  if (conversation.outcome === 'emergency') notices.push({ tone: 'urgent', text: words.emergencyNotice });
  if (conversation.endKind === 'error') plain(words.failureNotice);
  if (conversation.objectedToRecording) plain(words.objectedNotice);
  if (conversation.endKind === 'not_connected') plain(words.notConnectedNotice);
  if (template === 'call-summary-update') {
    const elsewhere = clinic.email.content === 'link_only' && summaryOf(conversation) !== undefined;
    plain(words.updateNotice, ...(elsewhere ? [words.updateSummaryInRecord] : []));
  }
  if (degraded) {
    plain(words.degradedNotice, clinic.email.sendUpdate ? words.degradedThenUpdate : words.degradedThenRecord);
  }
  return notices;
}

/** Whose number it was, as the clinic's level allows; nothing where a channel has no numbers. */
function numberFact(conversation: Conversation, clinic: Clinic, words: CallSummaryWords): EmailFact[] {
  const { channel, fromNumber, toNumber } = conversation;
  const direction: Direction = conversation.direction ?? 'unstated';
  const number = direction === 'outbound' ? toNumber : fromNumber;
  if (channel === 'web' && !number) return [];
  const { caller, called, correspondent } = words.counterpart;
  const spoken = direction === 'outbound' ? called : caller;
  const label = mediumOf(conversation) === 'call' ? spoken : correspondent;
  return [{ label, ...writtenNumber(number, clinic, words) }];
}

function writtenNumber(
  number: string | undefined,
  clinic: Clinic,
  words: CallSummaryWords,
): Pick<EmailFact, 'value' | 'dial'> {
  if (number === undefined) return { value: words.numberUnknown };
  const { kind, e164, valid } = normalizePhone(number, clinic.country);
  if (kind === 'withheld') return { value: words.numberWithheld };
  if (clinic.email.content === 'link_only') return { value: maskedNumber(e164 ?? number) };
  if (!e164) return { value: shortened(oneLine(number), 60) };
  return { value: displayPhone(e164, clinic.country), ...(valid && { dial: e164 }) };
}

/** The last two digits tell calls of a day apart and nobody from anybody else; of a short number they would be too much. */
function maskedNumber(number: string): string {
  const digits = number.replace(/\D/g, '');
  return digits.length < 7 ? '••••••' : `•••• ${digits.slice(-2)}`;
}

/** What a model wrote about the conversation, or nothing when it wrote nothing. */
function summaryOf({ analysis }: Conversation): string | undefined {
  return cleanLines(analysis?.summary ?? '') || undefined;
}

/** Nothing about the caller is told by name before they have proved who they are. */
function identityFact({ clinic, identified }: CallSummary, words: CallSummaryWords): EmailFact[] {
  const names = [...new Set(identified.map(patientName))].filter(Boolean);
  if (clinic.email.content === 'link_only' || !names.length) return [];
  return [{ label: words.identified(names.length), value: names.slice(0, mostIdentities).join(', ') }];
}

function sectionsOf(call: CallSummary, words: CallSummaryWords): EmailSection[] {
  const { clinic, conversation, degraded } = call;
  const { content } = clinic.email;
  if (content === 'link_only') return [];
  const { conversationId } = conversation;
  const ours = [
    appointmentSection(call.appointments, { clinic, conversationId, maxBytes: appointmentBytes }, words),
    messageSection(call.messages, { clinic, maxBytes: messageBytes }, words),
  ].filter((section) => section !== undefined);
  const summary = degraded ? [] : [summarySection(conversation, words)];
  if (content === 'summary' || conversation.endKind === 'not_connected') return [...ours, ...summary];
  const left = spokenBytes - ours.reduce((sum, section) => sum + bytesOfEntries(section), 0);
  return [...ours, ...summary, transcriptSection(conversation, left, words)];
}

const bytesOfEntries = ({ body }: EmailSection): number =>
  body.kind === 'entries' ? body.entries.reduce((sum, entry) => sum + entryBytes(entry), 0) : 0;

function summarySection(conversation: Conversation, words: CallSummaryWords): EmailSection {
  const summary = summaryOf(conversation);
  if (!summary) return { heading: words.summary, body: { kind: 'prose', paragraphs: [words.noSummary] } };
  const text = shortened(summary, longestSummary);
  return {
    heading: words.summary,
    label: words.summaryLabel,
    body: { kind: 'prose', paragraphs: text.split(/\n+/) },
    note: text === summary ? words.summaryNote : `${words.summaryCut} ${words.summaryNote}`,
  };
}

function transcriptSection(conversation: Conversation, maxBytes: number, words: CallSummaryWords): EmailSection {
  const { turns, cut } = turnsWithin(transcriptTurns(conversation.transcript ?? ''), maxBytes);
  if (!turns.length) return { heading: words.transcript, body: { kind: 'prose', paragraphs: [words.noTranscript] } };
  const { caller, called, correspondent } = words.counterpart;
  const spoken = conversation.direction === 'outbound' ? called : caller;
  const speakers = {
    assistant: words.assistant,
    counterpart: mediumOf(conversation) === 'call' ? spoken : correspondent,
    transferred: words.transferred,
  };
  return {
    heading: words.transcript,
    label: words.transcriptLabel,
    body: {
      kind: 'turns',
      turns: turns.map(({ speaker, text }) => ({
        ...(speaker && { speaker: speakers[speaker] }),
        ours: speaker === 'assistant',
        text,
      })),
    },
    ...(cut && { note: words.transcriptCut }),
  };
}
