import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';

/** What the stand-in keeps of one kind, by id. It outlives a restart. */
export interface Journal<T> {
  get(id: string): T | undefined;
  has(id: string): boolean;
  all(): T[];
  /** Keeps these as they are now; resolves once they are on disk. */
  put(values: readonly T[]): Promise<void>;
  /** Keeps it no more; resolves once that is on disk. */
  remove(id: string): Promise<void>;
  close(): Promise<void>;
}

const Gone = z.strictObject({ gone: z.string() });

/**
 * One JSON object a line, the last line of an id wins. A line cut short by a crash can only be the last one and is
 * dropped; any other unreadable line is an error.
 */
export async function openJournal<T>(path: string, shape: z.ZodType<T>, idOf: (value: T) => string) {
  await mkdir(dirname(path), { recursive: true });
  const kept = await load(path, shape, idOf);
  // Rewritten at each start, so that the file holds each value once and ends with a whole line.
  await writeFile(`${path}.new`, [...kept.values()].map(toLine).join(''));
  await rename(`${path}.new`, path);
  const file = await open(path, 'a');
  let lastWrite: Promise<unknown> = Promise.resolve();

  async function append(lines: string): Promise<void> {
    const write = lastWrite.then(() => file.appendFile(lines));
    // A failed write is told to whoever asked for it; the next one is tried all the same.
    lastWrite = write.catch(() => undefined);
    await write;
  }

  const journal: Journal<T> = {
    get: (id) => kept.get(id),
    has: (id) => kept.has(id),
    all: () => [...kept.values()],
    put(values) {
      for (const value of values) kept.set(idOf(value), value);
      return append(values.map(toLine).join(''));
    },
    remove(id) {
      kept.delete(id);
      return append(toLine({ gone: id }));
    },
    async close() {
      await lastWrite;
      await file.close();
    },
  };
  return journal;
}

const toLine = (value: unknown): string => `${JSON.stringify(value)}\n`;

async function load<T>(path: string, shape: z.ZodType<T>, idOf: (value: T) => string): Promise<Map<string, T>> {
  const kept = new Map<string, T>();
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  for (const line of text.split('\n').slice(0, -1)) {
    const value: unknown = JSON.parse(line);
    const gone = Gone.safeParse(value);
    if (gone.success) {
      kept.delete(gone.data.gone);
      continue;
    }
    const one = shape.parse(value);
    kept.set(idOf(one), one);
  }
  return kept;
}
