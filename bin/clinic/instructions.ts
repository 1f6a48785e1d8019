import { randomUUID } from 'node:crypto';
import { createInstructionStore } from '#adapters/dynamodb/instructions.ts';
import { isoInstant, systemClock as clock } from '#domain/clock.ts';
import { composeInstructions } from '#domain/conversations/talk/instructions/compose-instructions.ts';
import {
  InstructionChannel,
  InstructionScope,
  InstructionText,
} from '#domain/conversations/talk/instructions/instructions.ts';
import type * as z from 'zod';
import { Misuse, print, printJson, Refused, type SharedOptions } from '../command-line.ts';
import { readText } from '../read-text.ts';
import { withClinic } from './credentials.ts';
import { paint } from './paint.ts';

/** The words of this command among the options of `npm run clinic`. */
export interface InstructionOptions extends SharedOptions {
  channel: string;
  preview: boolean;
}

/** `instructions <slug> [<scope>] [<file>]`: the clinic's own text for its agents; each publication is a new version. */
export async function instructions(
  [slug, scopeWord, file, ...rest]: string[],
  options: InstructionOptions,
): Promise<number> {
  if (!slug || rest.length) throw new Misuse('instructions needs the slug of one clinic');
  const channel = oneOf(InstructionChannel, options.channel, '--channel');
  const scope = scopeWord === undefined ? undefined : oneOf(InstructionScope, scopeWord, 'the scope');
  const text = file === undefined ? undefined : await read(file);
  return withClinic(options, slug, async (clinic, { tables }) => {
    const store = createInstructionStore(tables, clock);
    if (scope && text !== undefined && !options.preview) {
      const by = { actorType: 'platform', actorId: 'cli', requestId: `cli-${randomUUID()}` } as const;
      const { version, publishedAtMs } = await store.publish(clinic.id, { channel, scope, text }, by);
      if (options.json) printJson({ channel, scope, version, publishedAt: isoInstant(publishedAtMs) });
      else print([`${scope} of ${slug} (${channel}) is version ${version} from the next call on`]);
      return 0;
    }
    const current = await store.current(clinic.id, channel);
    if (options.preview) {
      const texts = scope && text !== undefined ? { ...current, [scope]: { text } } : current;
      const role = scope && scope !== 'base' ? scope : 'single';
      const language = clinic.defaultLanguage;
      print([composeInstructions(role, { clinic, texts, language, nowMs: clock.now(), channel })]);
      return 0;
    }
    const wanted = scope ? [scope] : InstructionScope.options;
    const published = wanted.flatMap((one) => current[one] ?? []);
    if (options.json) {
      printJson(published.map(({ publishedAtMs, ...one }) => ({ ...one, publishedAt: isoInstant(publishedAtMs) })));
    } else if (published.length === 0)
      print([`${slug} has published nothing here; its agents go by the built-in text`]);
    else {
      for (const one of published) {
        print([paint('dim', `${one.scope}, version ${one.version}, ${isoInstant(one.publishedAtMs)}`), one.text]);
      }
    }
    return 0;
  });
}

function oneOf<T extends string>(words: z.ZodType<T> & { options: T[] }, word: string, name: string): T {
  const parsed = words.safeParse(word);
  if (!parsed.success) throw new Misuse(`${name} is one of ${words.options.join(', ')}`);
  return parsed.data;
}

async function read(name: string): Promise<string> {
  const written = await readText(name);
  const text = InstructionText.safeParse(written);
  if (!text.success) {
    throw new Refused(`${name} must hold between 1 and 12000 characters; it has ${written.trim().length}`);
  }
  return text.data;
}
