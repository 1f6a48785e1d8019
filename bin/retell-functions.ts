/** Prints what a Retell agent must be configured with, so that nobody copies it by hand. */
import { parseArgs } from 'node:util';
import { languages } from '#domain/language.ts';
import { retellDefinition } from '#domain/conversations/tools/retell-definition.ts';
import { tools } from '#domain/conversations/tools/registry.ts';

const usage = `npm run --silent retell-functions -- --api <url> [--language ${languages.join('|')}]

Prints the custom functions of a Retell conversation flow as JSON, for its "tools": one for each tool of docs/tools.md.

  --api <url>       where our API answers, such as the output ApiUrl
  --language <tag>  of the descriptions the model reads (default ${languages[0]})`;

function asked(): { api: string; language: (typeof languages)[number] } | undefined {
  try {
    const { values } = parseArgs({ options: { api: { type: 'string' }, language: { type: 'string' } } });
    const language = languages.find((known) => known === (values.language ?? languages[0]));
    return values.api && URL.canParse(values.api) && language
      ? { api: values.api.replace(/\/+$/, ''), language }
      : undefined;
  } catch {
    return undefined; // An unknown option: the usage names those there are.
  }
}

const options = asked();
if (options) {
  const definitions = tools.map((tool) => retellDefinition(tool, options.api, options.language));
  console.log(JSON.stringify(definitions, undefined, 2));
} else {
  console.error(usage);
  process.exitCode = 2;
}
