import type { Purpose, ResponseRequest } from '#domain/conversations/talk/speech/speech-model.ts';

/**
 * Responses asked for, one at a time: the vendor makes only one, may begin it by itself when the caller stops speaking,
 * and refuses a second. Pure: whoever holds it sends what it answers.
 */
export interface ResponseQueue {
  ask(request: ResponseRequest): void;
  /** Something was added to the conversation: what was asked for before does not know of it. */
  added(): void;
  /** Nothing asked for is wanted any more. Answers the response that is being made, if any. */
  drop(): string | undefined;
  /** Whether the vendor answers by itself when the caller stops. */
  answersItself(does: boolean): void;
  speechStarted(): void;
  speechStopped(): void;
  /**
   * A response began, by itself or because it was asked for. `unwanted`: it came for what was dropped, or over the
   * caller's words, and is to be cancelled.
   *
   * @param isConfirmed whether the vendor had told before that it has everything that was added
   */
  created(
    responseId: string,
    purpose: Purpose | undefined,
    isConfirmed: boolean,
  ): { verdict: 'wanted' | 'unwanted'; knowsAll: boolean };
  ended(responseId: string): void;
  /** The vendor refused what was asked for last, because of another response, after which it is asked for again, or for good. */
  refused(why: 'active-response' | 'other'): Purpose | undefined;
  /** What is to be asked for now. */
  next(): ResponseRequest | undefined;
  readonly activeId: string | undefined;
  /** One was asked for and is not over. */
  readonly isAsked: boolean;
  /** The same, or the vendor is about to begin one by itself. */
  readonly isBusy: boolean;
}

export function createResponseQueue(): ResponseQueue {
  let waiting: ResponseRequest[] = [];
  let activeId: string | undefined;
  /** Asked for and not begun. */
  let inFlight: { request: ResponseRequest; isDropped: boolean; isOutdated: boolean } | undefined;
  /** The vendor said that one is being made which we have not seen begin. */
  let isBlocked = false;
  let callerSpeaks = false;
  let answersItself = false;
  /** The caller stopped, and the vendor is about to answer. */
  let isExpected = false;

  return {
    ask(request) {
      const isUnderWay = inFlight?.request.purpose === 'answer' && !inFlight.isDropped && !inFlight.isOutdated;
      if (isUnderWay && request.purpose === 'answer') return;
      const isAsked = (other: ResponseRequest) => other.purpose === 'answer' && request.purpose === 'answer';
      if (waiting.some(isAsked)) {
        if (request.urgent) waiting = waiting.map((other) => (isAsked(other) ? request : other));
      } else waiting.push(request);
    },
    added() {
      if (inFlight) inFlight.isOutdated = true;
    },
    drop() {
      waiting = [];
      isExpected = false;
      if (inFlight) inFlight.isDropped = true;
      return activeId;
    },
    answersItself: (does) => void (answersItself = does),
    speechStarted() {
      callerSpeaks = true;
    },
    speechStopped() {
      callerSpeaks = false;
      isExpected = answersItself;
    },
    created(responseId, purpose, isConfirmed) {
      activeId = responseId;
      isBlocked = false;
      const ours = inFlight && purpose === inFlight.request.purpose ? inFlight : undefined;
      if (!ours) {
        isExpected = false;
        // It answers what we wanted answered.
        if (isConfirmed) {
          waiting = waiting.filter((request) => request.purpose !== 'answer');
          if (inFlight?.request.purpose === 'answer') inFlight.isDropped = true;
        }
        return { verdict: 'wanted', knowsAll: isConfirmed };
      }
      inFlight = undefined;
      const isUnwanted = ours.isDropped || (callerSpeaks && !ours.request.urgent);
      return { verdict: isUnwanted ? 'unwanted' : 'wanted', knowsAll: !ours.isOutdated };
    },
    ended(responseId) {
      if (activeId === responseId) activeId = undefined;
      isBlocked = false;
    },
    refused(why) {
      const refused = inFlight;
      inFlight = undefined;
      if (why === 'active-response' && refused) {
        isBlocked = activeId === undefined;
        if (!refused.isDropped) waiting.unshift(refused.request);
      }
      return refused?.request.purpose;
    },
    next() {
      if (activeId !== undefined || inFlight || isBlocked) return undefined;
      const [first] = waiting;
      if (!first || (!first.urgent && (callerSpeaks || isExpected))) return undefined;
      waiting.shift();
      inFlight = { request: first, isDropped: false, isOutdated: false };
      return first;
    },
    get activeId() {
      return activeId;
    },
    get isAsked() {
      return activeId !== undefined || inFlight !== undefined || isBlocked || waiting.length > 0;
    },
    get isBusy() {
      return this.isAsked || isExpected;
    },
  };
}
