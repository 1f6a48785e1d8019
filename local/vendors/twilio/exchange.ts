import type { Metronome } from '#local/vendors/phone/metronome.ts';
import type { Tell } from '#local/vendors/retell/timeline.ts';
import type { Telephones } from '#local/vendors/telephones.ts';
import type { AskedCall } from './asked-call.ts';
import type { Call } from './call.ts';
import type { HeldNumber } from './numbers.ts';
import type { WebhookHabits } from './webhook.ts';

/** What every call of the stand-in runs on. */
export interface Exchange {
  accountSid: string;
  apiUrl: string;
  habits: WebhookHabits;
  metronome: Metronome;
  now(): number;
  /** Calls that can be asked for by REST. */
  calls: Map<string, Call>;
  /** Those the account holds by name, by their sid. */
  numbers: Map<string, HeldNumber>;
  /** Where calls of ours ring. */
  telephones: Telephones<Tell, Pick<AskedCall, 'clinic' | 'options'>>;
}
