/** A JSON schema, as far as structured output has it. */
export interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: unknown;
  items?: JsonSchema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  definitions?: Record<string, JsonSchema>;
  minimum?: number;
}

/** What is known of a thing, by the names a schema may have for it; values it has no room for are passed over. */
export type Known = Readonly<Record<string, readonly unknown[]>>;

/** Words that commit to nothing, where a schema wants one of a list. */
const neutral = ['neutral', 'unknown', 'other', 'none'];

/** An answer that satisfies the schema: what is known where there is room for it, and next to nothing elsewhere. */
export function answerTo(schema: JsonSchema, known: Known, root: JsonSchema = schema, name = ''): unknown {
  const { $ref, anyOf, enum: words, const: only } = schema;
  if ($ref !== undefined) return answerTo(resolve(root, $ref), known, root, name);
  if (anyOf) {
    const fitting = anyOf.find((one) => known[name]?.some((value) => fits(value, one, root)));
    const chosen = fitting ?? anyOf.find(({ type }) => type === 'null') ?? anyOf[0];
    return answerTo(chosen ?? {}, known, root, name);
  }
  const value = known[name]?.find((one) => fits(one, schema, root));
  if (value !== undefined) return value;
  if (only !== undefined) return only;
  // A word nobody named is no word: an argument that may be null is not filled with the first of a list.
  if (words) return neutral.find((word) => words.includes(word)) ?? (words.includes(null) ? null : words[0]);
  const types = [schema.type ?? 'object'].flat();
  if (types.includes('null')) return null;
  switch (types[0]) {
    case 'string':
      return '';
    case 'number':
    case 'integer':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    case 'array': {
      const one = schema.items && known[name] ? answerTo(schema.items, known, root, `${name}[]`) : undefined;
      return one === undefined || !known[`${name}[]`] ? [] : [one];
    }
    default:
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, part]) => [key, answerTo(part, known, root, key)]),
      );
  }
}

function fits(value: unknown, schema: JsonSchema, root: JsonSchema): boolean {
  if (schema.$ref !== undefined) return fits(value, resolve(root, schema.$ref), root);
  if (schema.anyOf) return schema.anyOf.some((one) => fits(value, one, root));
  if (schema.enum) return schema.enum.includes(value);
  const types = [schema.type ?? 'object'].flat();
  if (Array.isArray(value)) return types.includes('array') && value.every((one) => fits(one, schema.items ?? {}, root));
  if (typeof value === 'number') return types.includes('number') || types.includes('integer');
  return value === null ? types.includes('null') : types.includes(typeof value);
}

const resolve = (root: JsonSchema, ref: string): JsonSchema => {
  const name = decodeURIComponent(ref.split('/').at(-1) ?? '');
  return root.$defs?.[name] ?? root.definitions?.[name] ?? (ref === '#' ? root : {});
};

/** Where a schema breaks the rules of strict structured output, if it does. */
export function strictnessFault(schema: JsonSchema, path = ''): string | undefined {
  const forbidden = ['allOf', 'oneOf', 'not', 'if', 'patternProperties', 'prefixItems'].find((word) => word in schema);
  if (forbidden) return `In context=(${path}), '${forbidden}' is not permitted.`;
  const { properties } = schema;
  if (properties) {
    if (schema.additionalProperties !== false) {
      return `In context=(${path}), 'additionalProperties' is required to be supplied and to be false.`;
    }
    const missing = Object.keys(properties).find((key) => !schema.required?.includes(key));
    if (missing) {
      return `In context=(${path}), 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`;
    }
  }
  const inner = [
    ...Object.entries({ ...properties, ...schema.$defs, ...schema.definitions }),
    ...(schema.items ? [['items', schema.items] as const] : []),
    ...(schema.anyOf ?? []).map((one, index) => [String(index), one] as const),
  ];
  for (const [key, part] of inner) {
    const fault = strictnessFault(part, path ? `${path}, '${key}'` : `'${key}'`);
    if (fault) return fault;
  }
  return undefined;
}
