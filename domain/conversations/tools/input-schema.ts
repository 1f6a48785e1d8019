import * as z from 'zod';
import type { Tool } from './tool.ts';

/** One argument as a model is told of it. Bounds and formats are in the words and checked by us. */
export interface ArgumentSchema {
  type: 'string' | 'boolean';
  description: string;
  enum?: string[];
}

export interface InputSchema {
  properties: Record<string, ArgumentSchema>;
  required: string[];
}

const Property = z.object({
  type: z.enum(['string', 'boolean']),
  description: z.string(),
  enum: z.array(z.string()).optional(),
});
const ObjectSchema = z.object({
  properties: z.record(z.string(), Property),
  required: z.array(z.string()).default([]),
});

/** By the schema it was made from: making one takes a millisecond, and each talk begins with all of them. */
const made = new WeakMap<Tool['input'], InputSchema>();

/** The arguments of a tool in the part of JSON Schema that every vendor's models understand. Not to be changed. */
export function inputSchema({ input }: Pick<Tool, 'input'>): InputSchema {
  const known = made.get(input) ?? ObjectSchema.parse(z.toJSONSchema(input, { io: 'input' }));
  made.set(input, known);
  return known;
}
