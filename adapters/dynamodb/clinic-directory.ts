import * as z from 'zod';
import { isoInstant } from '#domain/clock.ts';
import { ClinicId } from '#domain/ids.ts';
import { LanguageTag } from '#domain/language.ts';
import type { ClinicDirectory, DirectoryAnswer } from '#domain/routing/clinic-directory.ts';
import { formerClinics, type Key, keys } from './keys.ts';
import type { Table } from './table.ts';

const NumberItem = z.object({ clinicId: ClinicId.optional(), status: z.string(), language: LanguageTag.optional() });
const AgentItem = z.object({ kind: z.enum(['shared', 'dedicated']), clinicId: ClinicId.optional() });
const SlugItem = z.object({ clinicId: ClinicId });
const FormerNumberItem = z.object({ clinicId: ClinicId, to: z.iso.datetime() });
const SessionItem = z.object({ clinicId: ClinicId, routedBy: z.string() });

/** Which clinic a number, an agent or a conversation belongs to. */
export function createClinicDirectory(routing: Table): ClinicDirectory {
  return {
    async find({ number, agent, conversationId }, options) {
      const wanted: Partial<Record<keyof DirectoryAnswer, Key>> = {
        ...(number && { number: keys.number(number) }),
        ...(agent && { agent: keys.agent(agent.provider, agent.id) }),
        ...(conversationId && { session: keys.session(conversationId) }),
      };
      if (Object.keys(wanted).length === 0) return {};
      const items = await routing.getMany(Object.values(wanted), options);
      const itemOf = (what: keyof DirectoryAnswer) => items.find((item) => item.PK === wanted[what]?.PK);

      const answer: DirectoryAnswer = {};
      const numberItem = itemOf('number');
      if (numberItem) {
        const { clinicId, status, language } = NumberItem.parse(numberItem);
        const released = status !== 'active';
        answer.number = { clinicId: released ? undefined : clinicId, language, released };
      }
      const agentItem = itemOf('agent');
      if (agentItem) {
        const { kind, clinicId } = AgentItem.parse(agentItem);
        if (kind === 'dedicated' && clinicId) answer.agent = { clinicId };
      }
      const sessionItem = itemOf('session');
      if (sessionItem) answer.session = SessionItem.parse(sessionItem);
      return answer;
    },

    async formerClinics(number) {
      const rows = await routing.query({
        pk: keys.number(number).PK,
        sk: 'begins_with(SK, :former)',
        values: { ':former': formerClinics },
      });
      return rows.map((row) => {
        const { clinicId, to } = FormerNumberItem.parse(row);
        return { clinicId, untilMs: Date.parse(to) };
      });
    },

    async clinicIds() {
      const slugs = await routing.query({ index: 'GSI1', pk: keys.clinicsBySlug });
      return slugs.map((item) => SlugItem.parse(item).clinicId);
    },

    async claimSession(clinicId, conversationId, routedBy, nowMs) {
      const stood = await routing.put(
        {
          ...keys.session(conversationId),
          entity: 'Session',
          schemaVersion: 1,
          clinicId,
          routedBy,
          createdAt: isoInstant(nowMs),
          updatedAt: isoInstant(nowMs),
        },
        { condition: 'attribute_not_exists(PK)' },
      );
      return stood ? SessionItem.parse(stood.stoodInTheWay) : { clinicId, routedBy };
    },
  };
}
