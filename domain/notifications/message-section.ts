import type { Clinic } from '../clinics/clinic.ts';
import type { Message } from '../conversations/acts.ts';
import { displayPhone, normalizePhone } from '../phone-number.ts';
import type { EmailEntry, EmailFact, EmailSection } from './email-document.ts';
import { entriesWithin } from './html-bytes.ts';
import { cleanLines, oneLine, shortened } from './hostile-text.ts';
import type { CallSummaryWords } from './words/call-summary-words.ts';

const longestName = 120;
const longestNumber = 40;

/** What callers asked us to pass on, in their own words; nothing when nobody did. */
export function messageSection(
  messages: readonly Message[],
  { clinic, maxBytes }: { clinic: Clinic; maxBytes: number },
  words: CallSummaryWords,
): EmailSection | undefined {
  if (!messages.length) return undefined;
  const { entries, cut } = entriesWithin(
    messages.map((message) => messageEntry(message, clinic, words)),
    maxBytes,
  );
  return {
    heading: words.messages(messages.length),
    label: words.messagesLabel,
    body: { kind: 'entries', entries },
    ...(cut && { note: words.entriesCut }),
  };
}

function messageEntry({ callerName, callbackNumber, text, urgency }: Message, clinic: Clinic, words: CallSummaryWords) {
  const name = shortened(oneLine(callerName ?? ''), longestName);
  const entry: EmailEntry = {
    kicker: words.urgencies[urgency],
    title: name || words.noName,
    facts: callbackNumber ? [callbackFact(callbackNumber, clinic, words)] : [],
    paragraphs: cleanLines(text).split(/\n+/).filter(Boolean),
  };
  return entry;
}

/** What is no complete number stands as it was said. */
function callbackFact(said: string, clinic: Clinic, words: CallSummaryWords): EmailFact {
  const { e164, valid, extension } = normalizePhone(said, clinic.country);
  if (e164 && valid && !extension)
    return { label: words.callback, value: displayPhone(e164, clinic.country), dial: e164 };
  return { label: words.callback, value: shortened(oneLine(said), longestNumber) || words.numberUnknown };
}
