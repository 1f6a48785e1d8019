import type { HttpAnswer } from '#lambdas/http.ts';
import type { BookingAnswer, ErrorAnswer, ErrorCode } from './answers.ts';

/**
 * Each code with its status and what to do about it. 404: there is no such thing at this clinic; 409: it can be asked
 * for, but not as things stand; 422: it can never be asked for like this.
 */
const catalogue: Record<ErrorCode, { status: number; message: string }> = {
  'bad-json': { status: 400, message: 'The body is not JSON. Send one JSON object.' },
  unauthorized: {
    status: 401,
    message: 'Send the clinic’s API key as Authorization: Bearer fdk_…. If you did, ask the clinic for a new key.',
  },
  'not-verified': { status: 403, message: 'This needs a verified patient. Ask the clinic.' },
  'clinic-inactive': { status: 403, message: 'This clinic is not active here. Ask the people who run Frontdesk.' },
  'body-too-large': { status: 413, message: 'The body is larger than 100 KB. Send one request at a time.' },

  'invalid-request': { status: 422, message: 'Correct the fields named and send the request again.' },
  'cursor-invalid': { status: 422, message: 'Send `after` exactly as `next` of the page before, or leave it out.' },
  'slot-token-invalid': {
    status: 422,
    message: 'Send the slotToken exactly as it was answered to this clinic, or ask for availability again.',
  },
  'idempotency-key-reused': {
    status: 422,
    message: 'This Idempotency-Key came with another request before. Choose a new one for each thing you want done.',
  },
  'date-weekday-mismatch': { status: 422, message: 'The weekday does not fit the date. Correct one of them.' },
  'provider-ambiguous': { status: 422, message: 'Several providers have this name. Send the id of one.' },
  'range-too-long': {
    status: 422,
    message: 'This is more than one request can block. Send shorter blocks, or write a closure into the clinic file.',
  },

  'type-unknown': { status: 404, message: 'There is no such type at this clinic. The action clinic lists them.' },
  'provider-unknown': {
    status: 404,
    message: 'There is no such provider for this at this clinic. The action clinic lists them.',
  },
  'operatory-unknown': { status: 404, message: 'There is no such room at this clinic. The action clinic lists them.' },
  'patient-unknown': { status: 404, message: 'There is no such patient at this clinic.' },
  'appointment-unknown': { status: 404, message: 'There is no such appointment at this clinic.' },
  'block-unknown': { status: 404, message: 'There is no such block at this clinic.' },
  'waitlist-entry-unknown': { status: 404, message: 'There is no such entry on the waitlists of this clinic.' },
  'tenant-mismatch': { status: 404, message: 'There is no such thing at this clinic.' },

  'in-progress': { status: 409, message: 'A request with this Idempotency-Key is being answered. Ask again shortly.' },
  'slot-taken': { status: 409, message: 'This time has just been taken. Choose one of the offers.' },
  'slot-invalid': { status: 409, message: 'Nothing of this type can start at this time. Ask for availability.' },
  'too-soon': { status: 409, message: 'This time is too close. Choose a later one.' },
  'outside-horizon': { status: 409, message: 'The clinic does not book that far ahead yet. Choose an earlier time.' },
  past: { status: 409, message: 'This time is over. Choose a later one.' },
  closed: { status: 409, message: 'Nobody works at this time. Ask for availability.' },
  'no-operatory': { status: 409, message: 'No fitting room is free at this time. Choose one of the offers.' },
  'type-not-bookable': { status: 409, message: 'This type cannot be booked with these wishes. Choose another.' },
  'hold-expired': { status: 409, message: 'The hold has run out. Ask for availability again.' },
  'patient-overlap': { status: 409, message: 'The patient has another appointment at this time. Choose another time.' },
  'patient-limit': { status: 409, message: 'The patient has as many appointments ahead as the clinic allows.' },
  'conversation-limit': { status: 409, message: 'As much was booked in one go as the clinic allows.' },
  'emergency-active': { status: 409, message: 'There is an emergency in this conversation. Nothing is booked in it.' },
  'appointment-closed': { status: 409, message: 'This appointment is over or was cancelled. Book a new one.' },
  'notice-too-short': { status: 409, message: 'It is too close to its start to be changed. Ask the clinic.' },
  'range-taken': {
    status: 409,
    message: 'Something stands in this time. Move or cancel it first; the action list shows it.',
  },
  'waitlist-entry-closed': { status: 409, message: 'This entry has left the waitlist or was booked. Join it again.' },
  'nothing-offered': {
    status: 409,
    message: 'No time came free for this entry yet. Book any time with the action book.',
  },
  'changed-meanwhile': { status: 409, message: 'Somebody changed it meanwhile. Read it again and decide anew.' },

  'retry-later': { status: 503, message: 'Something failed on our side. Send the same request again in a moment.' },
};

/** What goes out, and the code it is counted by in the log. */
export interface Answered extends HttpAnswer {
  code: 'ok' | ErrorCode;
}

interface More extends Partial<Omit<ErrorAnswer['error'], 'code' | 'message'>> {
  headers?: Record<string, string>;
  /** Where the status or the advice of a code depends on what was asked. */
  status?: number;
  message?: string;
}

/** An error as it is answered. */
export function refuse(code: ErrorCode, { headers, status, message, ...more }: More = {}): Answered {
  const known = catalogue[code];
  const body: ErrorAnswer = { error: { code, message: message ?? known.message, ...more } };
  return { code, status: status ?? known.status, ...(headers && { headers }), body };
}

/** A request that was done; an appointment that was changed goes out with its ETag. */
export function done(
  body: BookingAnswer,
  { status = 200, version }: { status?: number; version?: number } = {},
): Answered {
  return { code: 'ok', status, ...(version !== undefined && { headers: { etag: `"${version}"` } }), body };
}

/** Every error there is, for the description. */
export const errorStatuses: readonly { code: ErrorCode; status: number; message: string }[] = Object.entries(
  catalogue,
).map(([code, known]) => ({ code: code as ErrorCode, ...known }));
