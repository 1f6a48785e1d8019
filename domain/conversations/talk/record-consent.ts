import { isoInstant } from '../../clock.ts';
import { type LanguageTag, languageOf } from '../../language.ts';
import { errorFields } from '../../log.ts';
import { persistently } from './persistently.ts';
import type { Talk } from './talk.ts';
import type { TalkDeps } from './talk-deps.ts';

/** What a caller has come to know, or said, of the recording of their call. */
export type Consent = 'notice-heard' | 'agreed' | 'objected';

const fieldOf = { 'notice-heard': 'noticeHeardAtMs', agreed: 'agreedAtMs', objected: 'objectedAtMs' } as const;

interface Holder {
  talk: Pick<Talk, 'clinicId' | 'conversationId' | 'agreedAtMs' | 'objectedAtMs'>;
  /** Of the notice, where there is one at all: whoever objects to what nobody spoke of objects to no words of ours. */
  noticeId: string | undefined;
  /** The conversation is made, should no event have: acts are recorded only in one that is there. */
  begun(): Promise<void>;
  language(): LanguageTag;
  pause(ms: number): Promise<void>;
}

/**
 * Puts on record that the notice of the recording was heard, in which words and language, or that the caller agreed or
 * objected to it; each once by one holder. Done behind the caller's back: what fails after retries is logged.
 */
export function recordConsent(
  { acts, talks, clock, log }: Pick<TalkDeps, 'acts' | 'talks' | 'clock' | 'log'>,
  { talk, noticeId, begun, language, pause }: Holder,
) {
  const { clinicId, conversationId } = talk;
  const done = new Set<Consent>((['agreed', 'objected'] as const).filter((each) => talk[fieldOf[each]] !== undefined));

  const record = async (consent: Consent): Promise<void> => {
    if (done.has(consent)) return;
    done.add(consent);
    const nowMs = clock.now();
    const inLanguage = languageOf(language());
    const onRecord = async () => {
      await begun();
      await acts.record(clinicId, conversationId, {
        audit: [
          {
            v: 1,
            clinicId,
            occurredAt: isoInstant(nowMs),
            actorType: 'agent',
            actorId: conversationId,
            act: consent === 'agreed' ? 'consent.give' : 'consent.notice',
            outcome: consent === 'objected' ? 'denied' : 'success',
            resourceType: 'conversation',
            resourceId: conversationId,
            conversationId,
            ...(noticeId !== undefined && { reason: `${noticeId} ${inLanguage}` }),
            requestId: conversationId,
          },
        ],
      });
    };
    const field = fieldOf[consent];
    const inTalk = () =>
      talks.change(clinicId, conversationId, (current) =>
        current[field] === undefined ? { ...current, [field]: nowMs } : current,
      );
    try {
      // An objection is heeded whether or not it can be put on record.
      await Promise.all([persistently(pause, onRecord), persistently(pause, inTalk)]);
    } catch (error) {
      log.error('talk.save-failed', { clinicId, conversationId, reason: consent, ...errorFields(error) });
    }
  };
  return { record, has: (consent: Consent): boolean => done.has(consent) };
}
