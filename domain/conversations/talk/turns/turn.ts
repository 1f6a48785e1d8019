import * as z from 'zod';

/** What a tool did in a talk: what it was asked and what it answered. Hostile text throughout. */
export const ToolUse = z.object({
  /** The vendor's name of this invocation. */
  callId: z.string().max(200),
  name: z.string().max(80),
  args: z.record(z.string(), z.unknown()),
  code: z.string(),
  say: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type ToolUse = z.infer<typeof ToolUse>;

/** One utterance or one use of a tool, in its place in the talk. */
export const Turn = z.object({
  /**
   * `epoch × 100,000 + n`: whoever takes a talk over counts in an epoch of its own, so that a former holder that still
   * writes never takes the place of a new turn.
   */
  seq: z.int().nonnegative(),
  speaker: z.enum(['agent', 'caller', 'tool']),
  /** What was heard; of an agent who was interrupted, only that part. Empty for a tool. */
  text: z.string().max(20_000),
  /** Epoch milliseconds. */
  atMs: z.int(),
  interrupted: z.boolean().optional(),
  /** How often this place was corrected: of two writers of one place the higher stands, in whatever order they come. */
  revision: z.int().positive().optional(),
  tool: ToolUse.optional(),
});
export type Turn = z.infer<typeof Turn>;

/** Turns of one epoch; an hour of talk has about a thousand. */
export const turnsPerEpoch = 100_000;

/** The epoch of whoever wrote a turn. */
export const epochOf = ({ seq }: Pick<Turn, 'seq'>): number => Math.floor(seq / turnsPerEpoch);

/** The place of what the telephone line itself said after an epoch: its last, which no holder comes to. */
export const lineSeq = (epoch: number): number => (epoch + 1) * turnsPerEpoch - 1;

/** Whether the line said it, while nobody held the talk. */
export const isOfLine = ({ seq }: Pick<Turn, 'seq'>): boolean => seq % turnsPerEpoch === turnsPerEpoch - 1;

/** The transcript as events and e-mails carry it: lines of `Agent: …` and `User: …`, without what tools did. */
export const transcriptOf = (turns: readonly Turn[]): string =>
  turns
    .filter(({ speaker, text }) => speaker !== 'tool' && text.trim() !== '')
    .map(({ speaker, text }) => `${speaker === 'agent' ? 'Agent' : 'User'}: ${text.replace(/\s+/g, ' ').trim()}`)
    .join('\n');

/** Whether the caller has heard a word of ours: who has not does not know yet who answers, and that it is a machine. */
export const hasAgentSpoken = (turns: readonly Turn[]): boolean =>
  turns.some(({ speaker, text }) => speaker === 'agent' && text !== '');

/** What the caller has said so far, utterance by utterance, as the judgement of emergencies takes it. */
export const utterancesOf = (turns: readonly Turn[]): string[] =>
  turns.filter(({ speaker, text }) => speaker === 'caller' && text.trim() !== '').map(({ text }) => text);
