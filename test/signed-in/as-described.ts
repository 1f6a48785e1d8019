import * as z from 'zod';
import { apiDocument } from '#lambdas/api-document.ts';
import type { HttpAnswer } from '#lambdas/http.ts';

interface Described {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { description: string; content?: Record<string, { schema: object }> }> }>
  >;
  components: { schemas: Record<string, object> };
}

const document = JSON.parse(JSON.stringify(apiDocument()).replaceAll('#/components/schemas/', '#/$defs/')) as Described;
const { schemas } = document.components;
const read = new Map<object, z.ZodType>();

/** The definitions a schema stands on. */
function definitions(schema: object, found: Record<string, object> = {}): Record<string, object> {
  for (const [, name = ''] of JSON.stringify(schema).matchAll(/"#\/\$defs\/(\w+)"/g)) {
    if (name in found) continue;
    found[name] = schemas[name]!;
    definitions(found[name], found);
  }
  return found;
}

function bodyAt(schema: object): z.ZodType {
  const known = read.get(schema) ?? z.fromJSONSchema({ ...schema, $defs: definitions(schema) } as never);
  read.set(schema, known);
  return known;
}

/** Fails when an answer is not as the description of the API says: its status, its code, or what is in it. */
export function asDescribed(route: string, { status, body }: HttpAnswer, at: Record<string, string> = {}): void {
  const [method = '', path = ''] = route.split(' ');
  // Each section of the settings is described by its own path.
  const item = document.paths[path.replace('{section}', at.section ?? '{section}')];
  const response = item?.[method.toLowerCase()]?.responses[status];
  expect([route, status, response?.description]).toEqual([route, status, expect.any(String)]);
  const { error } = (body ?? {}) as { error?: { code: string } };
  // Of a token the gateway says the same before we are asked, in words of its own.
  if (error && status !== 401)
    expect([route, response?.description]).toEqual([route, expect.stringContaining(`\`${error.code}\``)]);
  const schema = response?.content?.['application/json']?.schema;
  if (!schema) return;
  const wrong = bodyAt(schema).safeParse(JSON.parse(JSON.stringify(body))).error?.issues ?? [];
  expect([route, status, wrong]).toEqual([route, status, []]);
}
