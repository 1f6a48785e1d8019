import { isoInstant } from '#domain/clock.ts';
import { CalendarFeed, type CalendarFeedStore } from '#domain/clinics/keys/calendar-feed.ts';
import { auditWrite } from './clinic-writes.ts';
import { keys } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';
import { type Step, transact } from './transact.ts';

const feedOf = ({ createdAt, revokedAt, ...item }: Item): CalendarFeed =>
  CalendarFeed.parse({
    ...item,
    createdAtMs: Date.parse(String(createdAt)),
    revokedAtMs: revokedAt === undefined ? undefined : Date.parse(String(revokedAt)),
  });

/** Finds the calendar feed of a provider by the hash of the secret in its address. */
export const createFeedLookup = (routing: Table): Pick<CalendarFeedStore, 'get'> => ({
  async get(tokenHash) {
    const item = await routing.get(keys.feed(tokenHash));
    return item && feedOf(item);
  },
});

/** The calendar feeds of providers, for those who hand them out. */
export function createCalendarFeedStore({ routing, audit }: { routing: Table; audit: Table }): CalendarFeedStore {
  return {
    ...createFeedLookup(routing),

    async ofClinic(clinicId) {
      const items = await routing.query({ index: 'GSI1', pk: keys.feedsOfClinic(clinicId) });
      return items.map(feedOf).filter(({ revokedAtMs }) => revokedAtMs === undefined);
    },

    async ofProvider(clinicId, providerId) {
      const items = await routing.query({
        index: 'GSI1',
        pk: keys.feedsOfClinic(clinicId),
        sk: 'begins_with(GSI1SK, :provider)',
        values: { ':provider': `${providerId}#` },
      });
      return items.map(feedOf).filter(({ revokedAtMs }) => revokedAtMs === undefined);
    },

    async replace(former, next, atMs, event) {
      const at = isoInstant(atMs);
      const steps: Step<'kept'>[] = former.map(({ tokenHash }) => ({
        word: 'kept',
        action: {
          Update: {
            TableName: routing.name,
            Key: toItem({ ...keys.feed(tokenHash) }),
            UpdateExpression: 'SET #revokedAt = if_not_exists(#revokedAt, :at), #updatedAt = :at',
            ConditionExpression: 'attribute_exists(PK)',
            ExpressionAttributeNames: { '#revokedAt': 'revokedAt', '#updatedAt': 'updatedAt' },
            ExpressionAttributeValues: toItem({ ':at': at }),
          },
        },
      }));
      if (next) {
        const { createdAtMs, revokedAtMs: _never, ...feed } = next;
        const createdAt = isoInstant(createdAtMs);
        const item = {
          ...keys.feed(feed.tokenHash),
          GSI1PK: keys.feedsOfClinic(feed.clinicId),
          GSI1SK: `${feed.providerId}#${createdAt}`,
          entity: 'CalendarFeed',
          schemaVersion: 1,
          ...feed,
          createdAt,
          updatedAt: createdAt,
        };
        const put = { TableName: routing.name, Item: toItem(item), ConditionExpression: 'attribute_not_exists(PK)' };
        steps.push({ word: 'kept', action: { Put: put } });
      }
      steps.push({ word: 'kept', action: auditWrite(audit.name, event) });
      const refused = await transact(routing.client, steps);
      if (refused.length) throw new Error('a calendar feed changed while it was replaced');
    },
  };
}
