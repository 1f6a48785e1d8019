import { readFile } from 'node:fs/promises';
import { Refused } from './command-line.ts';

/** What a file holds that somebody named. @throws Refused with why it cannot be read */
export async function readText(name: string): Promise<string> {
  try {
    return await readFile(name, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new Refused(`${name} cannot be read: ${code === 'ENOENT' ? 'there is no such file' : message}`, { cause });
  }
}
