import type { Resource, Stack } from './assembly.ts';
import { accountId, identify, type Identity, type Place } from './identity.ts';

/** The template says something this machine cannot reproduce. The message names the stack and logical id. */
export class TemplateError extends Error {
  constructor(where: string, message: string) {
    super(`${where}: ${message}`);
    this.name = 'TemplateError';
  }
}

/** A resource with everything in it resolved to plain values. */
export interface ResolvedResource<Properties = Record<string, unknown>> extends Identity {
  /** `stack/logicalId`, for messages. */
  where: string;
  stack: Stack;
  type: string;
  name: string;
  properties: Properties;
}

/** The templates of all stacks as one world in which every reference is followed. */
export interface Cloud {
  place: Place;
  /** Every resource of a type, in the order of the templates. */
  ofType<Properties = Record<string, unknown>>(type: string): ResolvedResource<Properties>[];
}

/**
 * Follows `Ref`, `Fn::GetAtt`, `Fn::Join`, `Fn::Sub`, `Fn::Select`, `Fn::Split`, `Fn::FindInMap`, `Fn::ImportValue`,
 * pseudo parameters and parameters through all stacks. `parameters` override the defaults, by name.
 * @throws TemplateError on anything else, with the logical id it stands in
 */
export function openTemplates(stacks: Stack[], place: Place, parameters: Record<string, string> = {}): Cloud {
  const found = new Map<string, ResolvedResource>();
  const exportsByName = new Map<string, () => unknown>();

  function resource(stack: Stack, logicalId: string): Identity & { name: string } {
    const { Type, Properties } = stack.template.Resources?.[logicalId] as Resource;
    return identify(Type, stack.name, logicalId, place, (property) => {
      const name = resolve(Properties?.[property], stack, `${stack.name}/${logicalId}`);
      return typeof name === 'string' ? name : undefined;
    });
  }

  function reference(name: string, stack: Stack, where: string): unknown {
    const pseudo: Record<string, string> = {
      'AWS::Region': place.region,
      'AWS::AccountId': accountId,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': stack.name,
      'AWS::StackId': `arn:aws:cloudformation:${place.region}:${accountId}:stack/${stack.name}/local`,
    };
    if (name in pseudo) return pseudo[name];
    const parameter = stack.template.Parameters?.[name];
    if (parameter) {
      const value = parameters[name] ?? parameter.Default;
      if (value === undefined) throw new TemplateError(where, `parameter ${name} has no value on this machine`);
      return value;
    }
    if (stack.template.Resources?.[name]) return resource(stack, name).ref;
    throw new TemplateError(where, `refers to ${name}, which the template does not have`);
  }

  function attribute(logicalId: string, name: string, stack: Stack, where: string): string {
    if (!stack.template.Resources?.[logicalId]) {
      throw new TemplateError(where, `refers to ${logicalId}, which the template does not have`);
    }
    const value = resource(stack, logicalId).attribute(name);
    if (value === undefined) throw new TemplateError(where, `attribute ${logicalId}.${name} is not known here`);
    return value;
  }

  const functions: Record<string, (argument: never, stack: Stack, where: string) => unknown> = {
    Ref: (name: string, stack, where) => reference(name, stack, where),
    'Fn::GetAtt': (argument: string | [string, string], stack, where) => {
      const [logicalId, ...rest] = Array.isArray(argument) ? argument : argument.split('.');
      return attribute(logicalId as string, rest.join('.'), stack, where);
    },
    'Fn::Join': ([separator, parts]: [string, unknown], stack, where) =>
      (resolve(parts, stack, where) as unknown[]).map(String).join(separator),
    'Fn::Sub': (argument: string | [string, Record<string, unknown>], stack, where) => {
      const [text, values] = Array.isArray(argument) ? argument : [argument, {}];
      return text.replace(/\$\{(!?)([^}]+)\}/g, (_all, literal: string, name: string) => {
        if (literal) return `\${${name}}`;
        if (name in values) return String(resolve(values[name], stack, where));
        const [logicalId, ...rest] = name.split('.');
        return rest.length
          ? attribute(logicalId as string, rest.join('.'), stack, where)
          : String(reference(name, stack, where));
      });
    },
    'Fn::Select': ([index, list]: [number | string, unknown], stack, where) =>
      (resolve(list, stack, where) as unknown[])[Number(index)],
    'Fn::Split': ([separator, text]: [string, unknown], stack, where) =>
      String(resolve(text, stack, where)).split(separator),
    'Fn::FindInMap': (path: unknown, stack, where) => {
      const [map, top, second] = resolve(path, stack, where) as [string, string, string];
      const value = stack.template.Mappings?.[map]?.[top]?.[second];
      if (value === undefined) throw new TemplateError(where, `mapping ${map} has no ${top}.${second}`);
      return value;
    },
    'Fn::ImportValue': (name: unknown, stack, where) => {
      const exported = exportsByName.get(String(resolve(name, stack, where)));
      if (!exported) throw new TemplateError(where, `no stack exports ${JSON.stringify(name)}`);
      return exported();
    },
  };

  function resolve(value: unknown, stack: Stack, where: string): unknown {
    if (Array.isArray(value)) {
      return value.map((item) => resolve(item, stack, where)).filter((item) => item !== undefined);
    }
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [key, argument] = entries[0] ?? [];
    if (entries.length === 1 && key && (key === 'Ref' || key.startsWith('Fn::'))) {
      if (argument && key === 'Ref' && argument === 'AWS::NoValue') return undefined;
      const apply = functions[key];
      if (!apply) throw new TemplateError(where, `${key} is not known here`);
      return apply(argument as never, stack, where);
    }
    return Object.fromEntries(
      entries.map(([name, item]) => [name, resolve(item, stack, where)]).filter(([, item]) => item !== undefined),
    );
  }

  for (const stack of stacks) {
    for (const { Value, Export } of Object.values(stack.template.Outputs ?? {})) {
      if (!Export) continue;
      const name = String(resolve(Export.Name, stack, `${stack.name}/Outputs`));
      exportsByName.set(name, () => resolve(Value, stack, `${stack.name}/Outputs`));
    }
  }

  return {
    place,
    ofType<Properties>(type: string) {
      const wanted = stacks.flatMap((stack) =>
        Object.entries(stack.template.Resources ?? {})
          .filter(([, { Type }]) => Type === type)
          .map(([logicalId, { Properties }]) => {
            const where = `${stack.name}/${logicalId}`;
            const known = found.get(where);
            if (known) return known;
            const properties = resolve(Properties ?? {}, stack, where) as Record<string, unknown>;
            const made = { where, stack, type, properties, ...resource(stack, logicalId) };
            found.set(where, made);
            return made;
          }),
      );
      return wanted as ResolvedResource<Properties>[];
    },
  };
}
