import { type Clock, isoInstant } from '#domain/clock.ts';
import { DialogueState, type DialogueStore, freshDialogue, KeptAnswer } from '#domain/conversations/dialogue.ts';
import { keys } from './keys.ts';
import { heldTimeOf, heldTimeRow, slotOf, slotRow } from './slot-rows.ts';
import type { Item, Table } from './table.ts';

/** The tools of one call follow each other; two at once are a retry. */
const mostRounds = 10;

/** Long enough to look into a complaint, short enough for what a caller said of themselves. */
const keptSeconds = 30 * 24 * 60 * 60;

function toDialogue(item: Item): DialogueState {
  const { emergencyAskedAt } = item;
  return DialogueState.parse({
    ...item,
    offers: (item.offers as Item[]).map(slotOf),
    held: (item.held as Item[]).map(heldTimeOf),
    ...(emergencyAskedAt !== undefined && { emergencyAskedAtMs: Date.parse(String(emergencyAskedAt)) }),
  });
}

const dialogueRow = ({ offers, held, emergencyAskedAtMs, ...state }: DialogueState): Item => ({
  ...state,
  offers: offers.map(slotRow),
  held: held.map(heldTimeRow),
  emergencyAskedAt: emergencyAskedAtMs === undefined ? undefined : isoInstant(emergencyAskedAtMs),
});

/** What the tools of each conversation remember, one item changed under the version that was read, and their answers. */
export function createDialogueStore(core: Table, clock: Clock): DialogueStore {
  const stamps = (known?: Item): Item => ({
    schemaVersion: 1,
    createdAt: known?.createdAt ?? isoInstant(clock.now()),
    updatedAt: isoInstant(clock.now()),
    ttl: Math.floor(clock.now() / 1000) + keptSeconds,
  });

  return {
    async get(clinicId, conversationId) {
      const item = await core.get(keys.dialogue(clinicId, conversationId));
      return item ? toDialogue(item) : freshDialogue(clinicId, conversationId);
    },

    async change(clinicId, conversationId, change) {
      const key = keys.dialogue(clinicId, conversationId);
      for (let round = 0; round < mostRounds; round++) {
        const item = await core.get(key);
        const current = item ? toDialogue(item) : freshDialogue(clinicId, conversationId);
        const next = change(current);
        if (next === current) return current;
        const written = { ...next, version: current.version + 1 };
        const stood = await core.put(
          { ...key, entity: 'Dialogue', ...stamps(item), ...dialogueRow(written) },
          item
            ? {
                condition: '#version = :version',
                names: { '#version': 'version' },
                values: { ':version': current.version },
              }
            : { condition: 'attribute_not_exists(PK)' },
        );
        if (!stood) return written;
      }
      throw new Error('a dialogue was written by others ten times in a row');
    },

    async answer(clinicId, conversationId, toolKey) {
      const item = await core.get(keys.toolAnswer(clinicId, conversationId, toolKey));
      return item && KeptAnswer.parse(item);
    },

    async keepAnswer(clinicId, conversationId, toolKey, answer) {
      // The first answer stays, until a writing tool has run since: then it is not replayed any more.
      await core.put(
        {
          ...keys.toolAnswer(clinicId, conversationId, toolKey),
          entity: 'ToolAnswer',
          ...stamps(),
          clinicId,
          conversationId,
          ...answer,
        },
        {
          condition: 'attribute_not_exists(PK) OR #writes < :writes',
          names: { '#writes': 'writes' },
          values: { ':writes': answer.writes },
        },
      );
    },
  };
}
