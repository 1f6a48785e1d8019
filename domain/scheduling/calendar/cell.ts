import type { OperatoryId, ProviderId } from '../../ids.ts';

/** What holds at most one occupation at a time. */
export type Resource = { kind: 'provider'; id: ProviderId } | { kind: 'operatory'; id: OperatoryId };

/** One resource for one step of the clinic's grid: the atom of occupation. Its key alone makes double booking impossible. */
export interface Cell {
  resource: Resource;
  /** Epoch milliseconds, a multiple of the grid in UTC. */
  startMs: number;
  kind: 'booked' | 'hold' | 'block';
  /** What occupies it: an appointment's id, a hold's or a block's. */
  ref: string;
  /** Whose hold it is. */
  holder?: string;
  /** When a hold ends, in epoch milliseconds. Time decides, not the deletion of the item. */
  expiresAtMs?: number;
}

const minuteMs = 60_000;

/** Starts of the cells that `[fromMs, toMs)` covers, both on the grid. */
export function cellStarts(fromMs: number, toMs: number, gridMinutes: number): number[] {
  const starts: number[] = [];
  for (let at = fromMs; at < toMs; at += gridMinutes * minuteMs) starts.push(at);
  return starts;
}

/** Whether a cell stands in the way of this holder now: anything but a hold of their own or one that has run out. */
export function occupies(cell: Cell, holder: string | undefined, nowMs: number): boolean {
  if (cell.kind !== 'hold') return true;
  return cell.holder !== holder && (cell.expiresAtMs ?? Infinity) >= nowMs;
}
