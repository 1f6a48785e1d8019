import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import PostalMime from 'postal-mime';

/** What became of a message, as the SES mailbox simulator would have it. */
export type MailFate = 'delivered' | 'bounced' | 'complained';

/** One message in the index. The message itself is a file. */
export interface MailEntry {
  id: number;
  file: string;
  /** Addresses it was delivered to, separated by commas. */
  recipients: string;
  subject: string;
  /** The conversation it is about, from its header. */
  conversation: string | null;
  fate: MailFate;
  /** Milliseconds since the epoch. */
  receivedAt: number;
}

/** A message as it is read. */
export interface Mail {
  id: number;
  to: string;
  subject: string;
  html: string;
  text: string;
  /** Lower-cased names; values of a repeated header are joined by a comma. */
  headers: Record<string, string>;
  receivedAt: string;
}

export interface MailQuery {
  conversation?: string;
  /** Only the newest so many. */
  limit?: number;
  /** Only messages older than this one. */
  before?: number;
  /** Bounced messages never reached a mailbox; a person may want to see them all the same. */
  withBounced?: boolean;
}

/** Every message that was sent: a file each below `mail/`, found by an index. */
export interface MailStore {
  add(entry: Omit<MailEntry, 'id' | 'file'> & { messageId: string }, raw: Buffer): void;
  /** Oldest first. */
  list(query?: MailQuery): MailEntry[];
  find(id: number): MailEntry | undefined;
  read(entry: MailEntry): Promise<Mail>;
  source(entry: MailEntry): Promise<Buffer>;
  /** How many messages there are, and how many of each conversation. */
  counts(): { messages: number; conversations: Record<string, number> };
}

export function openMailStore(database: DatabaseSync, directory: string): MailStore {
  mkdirSync(directory, { recursive: true });
  database.exec(`
    CREATE TABLE IF NOT EXISTS mails (
      id INTEGER PRIMARY KEY AUTOINCREMENT, file TEXT NOT NULL, recipients TEXT NOT NULL, subject TEXT NOT NULL,
      conversation TEXT, fate TEXT NOT NULL, receivedAt INTEGER NOT NULL
    );
    CREATE INDEX IF NOT EXISTS mails_by_conversation ON mails (conversation);
  `);
  const add = database.prepare(
    'INSERT INTO mails (file, recipients, subject, conversation, fate, receivedAt) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const find = database.prepare('SELECT * FROM mails WHERE id = ?');
  const bounded = `AND id < ? AND (? OR fate <> 'bounced') ORDER BY id DESC LIMIT ?`;
  const all = database.prepare(`SELECT * FROM mails WHERE TRUE ${bounded}`);
  const ofConversation = database.prepare(`SELECT * FROM mails WHERE conversation = ? ${bounded}`);
  const counts = database.prepare(
    `SELECT conversation, count(*) AS messages FROM mails WHERE fate <> 'bounced' GROUP BY conversation`,
  );
  const source = (entry: MailEntry) => readFile(join(directory, entry.file));

  return {
    add({ messageId, recipients, subject, conversation, fate, receivedAt }, raw) {
      const file = `${new Date(receivedAt).toISOString().replaceAll(':', '-')}_${messageId}.eml`;
      writeFileSync(join(directory, file), raw);
      add.run(file, recipients, subject, conversation, fate, receivedAt);
    },
    list({ conversation, limit = -1, before = Number.MAX_SAFE_INTEGER, withBounced = false } = {}) {
      const bounds = [before, withBounced ? 1 : 0, limit];
      const found = conversation === undefined ? all.all(...bounds) : ofConversation.all(conversation, ...bounds);
      return (found as unknown as MailEntry[]).reverse();
    },
    find: (id) => find.get(id) as MailEntry | undefined,
    source,
    async read(entry) {
      const { html = '', text = '', headers } = await PostalMime.parse(await source(entry));
      const byName: Record<string, string> = {};
      for (const { key, value } of headers) byName[key] = key in byName ? `${byName[key]}, ${value}` : value;
      const { id, recipients: to, subject, receivedAt } = entry;
      return { id, to, subject, html, text, headers: byName, receivedAt: new Date(receivedAt).toISOString() };
    },
    counts() {
      const rows = counts.all() as unknown as { conversation: string | null; messages: number }[];
      return {
        messages: rows.reduce((sum, { messages }) => sum + messages, 0),
        conversations: Object.fromEntries(
          rows.flatMap(({ conversation, messages }) => (conversation === null ? [] : [[conversation, messages]])),
        ),
      };
    },
  };
}
