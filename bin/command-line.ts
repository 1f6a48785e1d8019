import { parseArgs, type ParseArgsConfig } from 'node:util';
import { defaultDir, explain } from './connect.ts';

/** Called wrongly: the message and the usage are printed, the exit code is 2. */
export class Misuse extends Error {}
/** Refused: its message is all there is to say, the exit code is 1. */
export class Refused extends Error {}

/** Options every tool has: which system, and how to print. */
const shared = {
  stage: { type: 'string' },
  dir: { type: 'string', default: defaultDir },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsConfig['options'];

export interface SharedOptions {
  stage?: string;
  dir: string;
  json: boolean;
}

export const print = (lines: string[]): void => lines.forEach((line) => console.log(line));
export const printJson = (value: unknown): void => console.log(JSON.stringify(value, null, 2));

type Command<O> = (rest: string[], options: O) => Promise<number>;

/**
 * Runs the command that the arguments name. Answers the exit code: what the command answers, 1 for a refusal or an
 * obstacle told in one line, 2 with the usage for a wrong call.
 *
 * @param own the tool's options besides the shared ones, as `parseArgs` takes them.
 */
export async function runCommand<O extends SharedOptions>(
  args: string[],
  usage: string,
  own: NonNullable<ParseArgsConfig['options']>,
  commands: Record<string, Command<O>>,
): Promise<number> {
  let stage: string | undefined;
  try {
    const { values, positionals } = parse(args, own);
    if (values.help) {
      console.log(usage);
      return 0;
    }
    stage = values.stage as string | undefined;
    const [name = '', ...rest] = positionals;
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command) throw new Misuse(name ? `there is no command ${name}` : 'a command is missing');
    return await command(rest, values as unknown as O);
  } catch (error) {
    if (error instanceof Misuse) {
      console.error(`${error.message}\n\n${usage}`);
      return 2;
    }
    const line = error instanceof Refused ? error.message : explain(error, stage);
    if (line === undefined) throw error;
    console.error(line);
    return 1;
  }
}

function parse(args: string[], own: NonNullable<ParseArgsConfig['options']>) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { ...shared, ...own } });
  } catch (cause) {
    throw new Misuse((cause as Error).message, { cause });
  }
}
