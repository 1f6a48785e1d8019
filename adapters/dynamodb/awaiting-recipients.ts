import type { AwaitingRecipients } from '#domain/clinics/recipients/recipient-verification.ts';
import { auditWrite, confirmingUpdate } from './clinic-writes.ts';
import { keys } from './keys.ts';
import { askWrite, useWrite } from './links.ts';
import { type Table, toItem } from './table.ts';
import { transact } from './transact.ts';

interface Tables {
  core: Table;
  routing: Table;
  audit: Table;
}

/** Recipients that await the click on their link; in the tables they are like any other, with the time since when. */
export function createAwaitingRecipients({ core, routing, audit }: Tables): AwaitingRecipients {
  return {
    async ask(next, before) {
      const refused = await transact(core.client, [
        {
          word: 'changed',
          action: {
            ConditionCheck: {
              TableName: core.name,
              Key: toItem({ ...keys.recipient(next.clinicId, next.id) }),
              ConditionExpression: 'attribute_exists(awaitingSince)',
            },
          },
        },
        { word: 'changed', action: askWrite(routing.name, next, before) },
      ]);
      return { outcome: refused.length ? 'changed-meanwhile' : 'saved' };
    },

    async confirm(link, event) {
      const refused = await transact(core.client, [
        {
          word: 'changed',
          action: confirmingUpdate(core.name, keys.recipient(link.clinicId, link.id), event.occurredAt),
        },
        { word: 'changed', action: useWrite(routing.name, link, event.occurredAt) },
        { word: 'changed', action: auditWrite(audit.name, event) },
      ]);
      return { outcome: refused.length ? 'changed-meanwhile' : 'confirmed' };
    },
  };
}
