import type { DatabaseSync } from 'node:sqlite';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** One execution as it is remembered. Times are milliseconds since the epoch; input and output are JSON. */
export interface Execution {
  arn: string;
  machine: string;
  name: string;
  status: ExecutionStatus;
  input: string;
  output: string | null;
  error: string | null;
  cause: string | null;
  startedAt: number;
  stoppedAt: number | null;
}

export type Ending = Pick<Execution, 'status' | 'output' | 'error' | 'cause'>;

/** Every execution there was, on disk: the journal from which open ones are started again after a restart. */
export interface Executions {
  add(execution: Pick<Execution, 'arn' | 'machine' | 'name' | 'input' | 'startedAt'>): void;
  find(arn: string): Execution | undefined;
  end(arn: string, ending: Ending, stoppedAt: number): void;
  open(machine: string): Execution[];
  /** Newest first, from a position; at most `limit`. */
  list(machine: string, status: ExecutionStatus | undefined, limit: number, offset: number): Execution[];
}

export function openExecutions(database: DatabaseSync): Executions {
  database.exec(`
    CREATE TABLE IF NOT EXISTS executions (
      arn TEXT PRIMARY KEY, machine TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, input TEXT NOT NULL,
      output TEXT, error TEXT, cause TEXT, startedAt INTEGER NOT NULL, stoppedAt INTEGER
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS executions_by_status ON executions (machine, status, startedAt);
  `);
  const add = database.prepare(
    `INSERT INTO executions (arn, machine, name, status, input, startedAt) VALUES (?, ?, ?, 'RUNNING', ?, ?)`,
  );
  const find = database.prepare('SELECT * FROM executions WHERE arn = ?');
  const end = database.prepare(
    'UPDATE executions SET status = ?, output = ?, error = ?, cause = ?, stoppedAt = ? WHERE arn = ?',
  );
  const open = database.prepare(`SELECT * FROM executions WHERE machine = ? AND status = 'RUNNING' ORDER BY startedAt`);
  const list = database.prepare(
    `SELECT * FROM executions WHERE machine = ? AND (? IS NULL OR status = ?) ORDER BY startedAt DESC, arn LIMIT ? OFFSET ?`,
  );
  const rows = (found: unknown) => found as Execution[];
  return {
    add: ({ arn, machine, name, input, startedAt }) => void add.run(arn, machine, name, input, startedAt),
    find: (arn) => find.get(arn) as Execution | undefined,
    end: (arn, { status, output, error, cause }, stoppedAt) =>
      void end.run(status, output, error, cause, stoppedAt, arn),
    open: (machine) => rows(open.all(machine)),
    list: (machine, status, limit, offset) => rows(list.all(machine, status ?? null, status ?? null, limit, offset)),
  };
}
