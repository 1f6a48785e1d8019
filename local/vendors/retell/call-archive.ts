import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Retell from 'retell-sdk';

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
  close(): Promise<void>;
}

/**
 * One JSON object a line, the last line of a call wins. A line cut short by a crash can only be the last one and is
 * dropped; any other unreadable line is an error.
 */
export async function openCallArchive(dataDir: string, now: () => number): Promise<CallArchive> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, 'calls.jsonl');
  const calls = await load(path);
  // Rewritten at each start, so that the file holds each call once and ends with a whole line.
  await writeFile(`${path}.new`, [...calls.values()].map(toLine).join(''));
  await rename(`${path}.new`, path);
  const file = await open(path, 'a');
  let lastWrite: Promise<unknown> = Promise.resolve();

  return {
    async put(updates) {
      const lines = updates.map((call) => {
        const archived = { registeredAt: calls.get(call.call_id)?.registeredAt ?? now(), call };
        calls.set(call.call_id, archived);
        return toLine(archived);
      });
      const write = lastWrite.then(() => file.appendFile(lines.join('')));
      // A failed write is told to whoever asked for it; the next one is tried all the same.
      lastWrite = write.catch(() => undefined);
      await write;
    },
    get: (callId) => calls.get(callId),
    all: () => [...calls.values()],
    async close() {
      await lastWrite;
      await file.close();
    },
  };
}

const toLine = (archived: ArchivedCall): string => `${JSON.stringify(archived)}\n`;

async function load(path: string): Promise<Map<string, ArchivedCall>> {
  const calls = new Map<string, ArchivedCall>();
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  for (const line of text.split('\n').slice(0, -1)) {
    const archived = JSON.parse(line) as ArchivedCall;
    calls.set(archived.call.call_id, archived);
  }
  return calls;
}
