import { format, stripVTControlCharacters } from 'node:util';
import { jest } from '@jest/globals';

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/**
 * A command line tool for tests that call it many times: within this process, one call after the other, since to start and
 * to read hundreds of sources takes each process most of its time. `test/calls` starts the tools as people do.
 *
 * @returns runs it with arguments, in `env` instead of that of the tests.
 */
export function commandLine(
  tool: (args: string[]) => Promise<number>,
): (args: string[], env?: NodeJS.ProcessEnv) => Promise<Ran> {
  let before: Promise<unknown> = Promise.resolve();
  return (args, env = process.env) => {
    const ran = before.then(() => runAlone(tool, args, env));
    before = ran.catch(() => undefined);
    return ran;
  };
}

async function runAlone(tool: (args: string[]) => Promise<number>, args: string[], env: NodeJS.ProcessEnv) {
  const ran = { code: 0, out: '', err: '' };
  const lineOf = (said: unknown[]) => `${stripVTControlCharacters(format(...said))}\n`;
  const spies = [
    jest.spyOn(console, 'log').mockImplementation((...said) => void (ran.out += lineOf(said))),
    jest.spyOn(console, 'error').mockImplementation((...said) => void (ran.err += lineOf(said))),
  ];
  const ours = process.env;
  process.env = { ...env };
  try {
    ran.code = await tool(args);
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.env = ours;
  }
  return ran;
}
