import type { DatabaseSync } from 'node:sqlite';

/** Somebody who can sign in on this machine. */
export interface Person {
  /** The `sub` of their tokens. */
  userId: string;
  email: string;
  /** Groups of the user pool. */
  groups: string[];
}

/** The people of the user pool: those every start has, and those who were added, who are kept over a restart. */
export interface People {
  all(): readonly Person[];
  add(person: Pick<Person, 'userId' | 'email'>): void;
}

export function openPeople(given: readonly Person[], database: DatabaseSync): People {
  database.exec('CREATE TABLE IF NOT EXISTS people (email TEXT PRIMARY KEY, userId TEXT NOT NULL) STRICT');
  const added = database.prepare('SELECT userId, email FROM people').all() as unknown as Omit<Person, 'groups'>[];
  const people = [...given, ...added.map((person) => ({ ...person, groups: [] }))];
  return {
    all: () => people,
    add({ userId, email }) {
      database.prepare('INSERT INTO people (email, userId) VALUES (?, ?)').run(email, userId);
      people.push({ userId, email, groups: [] });
    },
  };
}
