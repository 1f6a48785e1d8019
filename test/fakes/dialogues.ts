import {
  type DialogueState,
  type DialogueStore,
  freshDialogue,
  type KeptAnswer,
} from '#domain/conversations/dialogue.ts';

export interface FakeDialogues extends DialogueStore {
  /** Every dialogue that was written, as it stands. */
  all(): DialogueState[];
  /** How many answers are kept. */
  answers: Map<string, KeptAnswer>;
}

/** Dialogues in memory, under the same rule of versions as the table. */
export function inMemoryDialogues(): FakeDialogues {
  const dialogues = new Map<string, DialogueState>();
  const answers = new Map<string, KeptAnswer>();
  return {
    answers,
    all: () => [...dialogues.values()],
    async get(clinicId, conversationId) {
      return structuredClone(dialogues.get(`${clinicId} ${conversationId}`) ?? freshDialogue(clinicId, conversationId));
    },
    async change(clinicId, conversationId, change) {
      const key = `${clinicId} ${conversationId}`;
      const current = structuredClone(dialogues.get(key) ?? freshDialogue(clinicId, conversationId));
      const next = change(current);
      if (next === current) return current;
      const written = structuredClone({ ...next, version: current.version + 1 });
      dialogues.set(key, written);
      return structuredClone(written);
    },
    async answer(clinicId, conversationId, toolKey) {
      return structuredClone(answers.get(`${clinicId} ${conversationId} ${toolKey}`));
    },
    async keepAnswer(clinicId, conversationId, toolKey, answer) {
      const key = `${clinicId} ${conversationId} ${toolKey}`;
      const kept = answers.get(key);
      if (!kept || kept.writes < answer.writes) answers.set(key, structuredClone(answer));
    },
  };
}
