import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

/** How a task that waits for a token ended: by an answer, or by an error with the name its sender gave it. */
export class TaskFailure extends Error {
  constructor(name: string, cause: string) {
    super(cause);
    this.name = name;
  }
}

interface Waiting {
  resolve(output: unknown): void;
  reject(error: Error): void;
}

/** What a token turned out to be. `closed`: it was ours, and its task is over. */
export type TokenState = 'open' | 'closed' | 'of-unknown-execution' | 'invalid';

/** Tokens of tasks under way. They are signed, so that an old one is told from an invented one after a restart too. */
export interface TaskTokens {
  /** A new token for a task of an execution. */
  issue(executionArn: string): string;
  /** Settles when somebody answers the token. */
  wait(token: string): Promise<unknown>;
  /** Nobody waits any longer. */
  close(token: string): void;
  look(token: string): TokenState;
  succeed(token: string, output: unknown): void;
  fail(token: string, error: TaskFailure): void;
}

export function openTaskTokens(database: DatabaseSync, executionExists: (arn: string) => boolean): TaskTokens {
  database.exec('CREATE TABLE IF NOT EXISTS token_key (one INTEGER PRIMARY KEY CHECK (one = 1), key BLOB NOT NULL)');
  database.prepare('INSERT OR IGNORE INTO token_key VALUES (1, ?)').run(randomBytes(32));
  const { key } = database.prepare('SELECT key FROM token_key').get() as { key: Uint8Array };
  const waiting = new Map<string, Waiting>();

  const sign = (content: string): Buffer => createHmac('sha256', key).update(content).digest();

  function executionOf(token: string): string | undefined {
    const [content = '', signature = ''] = token.split('.');
    const expected = sign(content);
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return Buffer.from(content, 'base64url').toString('utf8').split(' ')[1];
  }

  function take(token: string): Waiting | undefined {
    const task = waiting.get(token);
    waiting.delete(token);
    return task;
  }

  return {
    issue(executionArn) {
      const content = Buffer.from(`${randomBytes(16).toString('hex')} ${executionArn}`).toString('base64url');
      return `${content}.${sign(content).toString('base64url')}`;
    },
    wait: (token) => new Promise((resolve, reject) => void waiting.set(token, { resolve, reject })),
    close: (token) => void waiting.delete(token),
    look(token) {
      if (waiting.has(token)) return 'open';
      const execution = executionOf(token);
      if (!execution) return 'invalid';
      return executionExists(execution) ? 'closed' : 'of-unknown-execution';
    },
    succeed: (token, output) => take(token)?.resolve(output),
    fail: (token, error) => take(token)?.reject(error),
  };
}
