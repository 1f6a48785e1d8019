import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemblyOf } from '#local/cloud/synthesize.ts';

/** A value of a template: literal, or an intrinsic function still to be resolved. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- templates are JSON of many shapes; each test says which it expects
type Value = any;

export interface Resource {
  id: string;
  Type: string;
  Properties: Record<string, Value>;
  DeletionPolicy?: string;
  DependsOn?: string[];
}

export interface Synthesized {
  directory: string;
  resources(type: string): Resource[];
  /** As they are handed to CloudFormation. */
  templates: Record<string, Record<string, Value>>[];
  /** All text of all templates. */
  text: string;
  /** Replaces references within and between the templates by the names of what they refer to. */
  resolve(value: Value): Value;
}

/** Runs the app as `npm start` does, unless it was run on these sources already, and reads what it wrote. */
export async function synthesize(stage: string): Promise<Synthesized> {
  const directory = await assemblyOf(stage);
  const texts = ['data', 'backend', 'voice'].map((name) =>
    readFileSync(join(directory, `frontdesk-${stage}-${name}.template.json`), 'utf8'),
  );
  const templates = texts.map((text) => JSON.parse(text) as Record<string, Record<string, Value>>);
  const all = templates.flatMap((template) =>
    Object.entries(template.Resources ?? {}).map(([id, resource]): Resource => ({ id, Properties: {}, ...resource })),
  );
  const exported = new Map<string, Value>(
    templates
      .flatMap((template) => Object.values(template.Outputs ?? {}))
      .filter((output) => output.Export)
      .map((output) => [output.Export.Name, output.Value]),
  );

  function resolve(value: Value): Value {
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== 'object' || value === null) return value;
    const [[key, argument] = ['', undefined], ...rest] = Object.entries<Value>(value);
    if (rest.length === 0) {
      if (key === 'Ref') return argument.startsWith('AWS::') ? `<${argument.slice(5)}>` : argument;
      if (key === 'Fn::GetAtt') return `${argument[0]}.${argument[1]}`;
      if (key === 'Fn::Join') return resolve(argument[1]).join(argument[0]);
      if (key === 'Fn::ImportValue') return resolve(exported.get(argument));
    }
    return Object.fromEntries(Object.entries<Value>(value).map(([name, inner]) => [name, resolve(inner)]));
  }

  return {
    directory,
    templates,
    resources: (type) => all.filter((resource) => resource.Type === type),
    text: texts.join('\n'),
    resolve,
  };
}
