import { appointmentRow } from '#adapters/dynamodb/appointment-rows.ts';
import { cellRow } from '#adapters/dynamodb/calendar-rows.ts';
import { keys } from '#adapters/dynamodb/keys.ts';
import { createClinicRegistry } from '#adapters/dynamodb/clinic-registry.ts';
import { createClinicStore } from '#adapters/dynamodb/clinics.ts';
import { createFormerWebhooks } from '#adapters/dynamodb/former-webhooks.ts';
import type { PendingAuditEvent } from '#domain/audit/audit-event.ts';
import type { ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { E164 } from '#domain/e164.ts';
import type { FormerWebhooks } from '#domain/clinics/former-webhooks.ts';
import type { ClinicId } from '#domain/ids.ts';
import type { Appointment } from '#domain/scheduling/calendar/appointment.ts';
import type { Cell } from '#domain/scheduling/calendar/cell.ts';
import { inMemoryClinics } from '#test/fakes/clinics.ts';
import { inMemoryFormerWebhooks } from '#test/fakes/former-webhooks.ts';
import type { TestDynamoDb } from '#test/fakes/dynamodb.ts';

/** Both ports over one place, and what else it keeps. */
export interface Clinics {
  registry: ClinicRegistry;
  store: ClinicStore;
  formerWebhooks: FormerWebhooks;
  /** Acts on record that wait to be chained. */
  records(clinicId: ClinicId): Promise<Pick<PendingAuditEvent, 'act' | 'resourceId' | 'fields' | 'reason'>[]>;
  /** Who held a number before, oldest first. */
  formerly(number: E164): Promise<{ clinicId: unknown; from: unknown; to: unknown }[]>;
  /** Something stands in a calendar. */
  occupy(clinicId: ClinicId, cell: Cell): Promise<void>;
  /** An appointment stands in the list of the clinic's. */
  enlist(appointment: Appointment): Promise<void>;
}

/** Where clinics are kept: in memory and in the embedded DynamoDB. Each call gives an empty place. */
export const places = (db: () => TestDynamoDb): [string, () => Promise<Clinics>][] => [
  [
    'in memory',
    async () => {
      const clinics = inMemoryClinics();
      return {
        registry: clinics,
        store: clinics,
        formerWebhooks: inMemoryFormerWebhooks(),
        records: async (clinicId) => clinics.records.filter((record) => record.clinicId === clinicId),
        formerly: async (number) => clinics.formerly.filter((former) => former.number === number),
        occupy: async (clinicId, cell) => void clinics.cells.push({ ...cell, clinicId }),
        enlist: async (appointment) => void clinics.appointments.push(appointment),
      };
    },
  ],
  [
    'in DynamoDB',
    async () => {
      const { tables, clear } = db();
      await clear();
      return {
        registry: createClinicRegistry(tables),
        store: createClinicStore(tables.core),
        formerWebhooks: createFormerWebhooks(tables.routing),
        records: async (clinicId) =>
          (await tables.audit.query({ pk: keys.pendingAudit(clinicId, '', '').PK })) as unknown as PendingAuditEvent[],
        formerly: async (number) =>
          (await tables.routing.query({
            pk: keys.number(number).PK,
            sk: 'begins_with(SK, :hist)',
            values: { ':hist': 'HIST#' },
          })) as unknown as { clinicId: unknown; from: unknown; to: unknown }[],
        occupy: async (clinicId, { resource, startMs, ...occupation }) => {
          await tables.core.put(cellRow(clinicId, { resource, startMs }, occupation, startMs));
        },
        enlist: async (appointment) => {
          await tables.core.put(appointmentRow(appointment, 5));
        },
      };
    },
  ],
];
