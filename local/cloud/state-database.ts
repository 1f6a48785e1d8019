import { DatabaseSync } from 'node:sqlite';

/**
 * What the cloud itself must remember over a restart: executions and the index of the mailbox. Losing the last
 * moments in a power cut is fine here, so that a write costs microseconds.
 */
export function openStateDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;');
  return database;
}
