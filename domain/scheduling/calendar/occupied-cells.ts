import { cellStarts, type Resource } from './cell.ts';
import type { Slot } from '../slots/slot.ts';

/** A step of one resource's calendar. */
export interface Place {
  resource: Resource;
  /** Epoch milliseconds. */
  startMs: number;
}

/** The cells of one resource that `[fromMs, toMs)` covers, both on the grid. */
export const placesOf = (resource: Resource, fromMs: number, toMs: number, gridMinutes: number): Place[] =>
  cellStarts(fromMs, toMs, gridMinutes).map((startMs) => ({ resource, startMs }));

/** All a time occupies with its buffers: the provider's cells first, then those of the operatory if it needs one. */
export function occupiedCells(
  { providerId, operatoryId, occFromMs, occToMs }: Pick<Slot, 'providerId' | 'operatoryId' | 'occFromMs' | 'occToMs'>,
  gridMinutes: number,
): Place[] {
  return [
    ...placesOf({ kind: 'provider', id: providerId }, occFromMs, occToMs, gridMinutes),
    ...(operatoryId ? placesOf({ kind: 'operatory', id: operatoryId }, occFromMs, occToMs, gridMinutes) : []),
  ];
}
