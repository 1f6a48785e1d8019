import { join } from 'node:path';
import type Retell from 'retell-sdk';
import * as z from 'zod';
import { openJournal } from './journal.ts';

export interface ArchivedCall {
  /** Epoch ms at which the call was first known. Calls that never connected have no other time. */
  registeredAt: number;
  call: Retell.PhoneCallResponse;
}

/** The calls Retell keeps and serves over REST. They outlive a restart. */
export interface CallArchive {
  /** Keeps the latest state of a call; resolves once it is on disk. */
  put(calls: readonly Retell.PhoneCallResponse[]): Promise<void>;
  get(callId: string): ArchivedCall | undefined;
  all(): ArchivedCall[];
  /** Keeps it no more; resolves once that is on disk. */
  remove(callId: string): Promise<void>;
  close(): Promise<void>;
}

const Line = z.object({ registeredAt: z.number(), call: z.custom<Retell.PhoneCallResponse>() });

export async function openCallArchive(dataDir: string, now: () => number): Promise<CallArchive> {
  const calls = await openJournal(join(dataDir, 'calls.jsonl'), Line, ({ call }) => call.call_id);
  return {
    ...calls,
    put: (updates) =>
      calls.put(updates.map((call) => ({ registeredAt: calls.get(call.call_id)?.registeredAt ?? now(), call }))),
  };
}
