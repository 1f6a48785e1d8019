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

/** The arguments of a tool in the part of JSON Schema that every vendor's models understand. */
export const inputSchema = ({ input }: Pick<Tool, 'input'>): InputSchema =>
  ObjectSchema.parse(z.toJSONSchema(input, { io: 'input' }));
