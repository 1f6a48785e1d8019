import type * as z from 'zod';
import type { Tool } from './tool.ts';

/** A tool with the types of its input; nothing is added. */
export const defineTool = <Input extends z.ZodObject>(tool: Tool<Input>): Tool<Input> => tool;
