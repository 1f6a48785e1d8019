import type { StormSize } from './booking-clinic.ts';

/** One caller's wish; whoever delivers it again delivers the same wish. */
export interface Wish {
  wishId: number;
  /** Index among the wanted slots. */
  slot: number;
  patient: number;
  /** Through all the rules of booking, or straight at the calendar. */
  door: 'engine' | 'calendar';
}

/** When a worker dies by SIGKILL: before it sends a write from the n-th on, while one is under way, or once one is written. */
export interface Death {
  atWrite: number;
  when: 'before' | 'under-way' | 'after';
}

/** What a worker needs to know before its first attempt. */
export interface Opening {
  kind: 'open';
  size: StormSize;
  endpoint: string;
  tables: { core: string; audit: string };
  store: 'transactions' | 'naive';
  /** When the storm began, by the clock of the machine. */
  startedAt: number;
  /** Share of written transactions whose answer is lost. */
  lostAnswers: number;
  death?: Death;
}

export interface Delivery {
  kind: 'attempt';
  deliveryId: number;
  wish: Wish;
}

export type ToWorker = Opening | Delivery;

/** How one attempt ended. */
export interface Answer {
  deliveryId: number;
  /** `booked` and `replayed` as the calendar says, `refused` by a rule or by somebody who was first, `fault` at last. */
  outcome: 'booked' | 'replayed' | 'refused' | 'fault';
  /** The code or outcome of a refusal, the name of a fault. */
  reason?: string;
  appointmentId?: string;
  ms: number;
  tries: number;
}
