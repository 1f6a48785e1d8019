import { appointmentRow } from '#adapters/dynamodb/appointment-rows.ts';
import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import type { Item, QueryOptions, Table } from '#adapters/dynamodb/table.ts';
import { AppointmentId, derivedUuid, ProviderId } from '#domain/ids.ts';
import { appointment } from '#test/fakes/booking.ts';
import { cotonou } from '#test/fakes/conversation.ts';

/** A clinic so busy that there is always another appointment of somebody else. */
function endlessTable() {
  let queries = 0;
  const query = async ({ upTo = 0 }: QueryOptions): Promise<Item[]> => {
    queries += 1;
    return Array.from({ length: upTo }, (_, index) =>
      appointmentRow(
        appointment({ appointmentId: AppointmentId.parse(derivedUuid('busy', `${queries}`, `${index}`)) }),
        5,
      ),
    );
  };
  return { table: { query } as Pick<Table, 'query'> as Table, queries: () => queries };
}

test('one doctor’s few appointments in a busy year come in pages that end in time, with a next one', async () => {
  const { table, queries } = endlessTable();
  const range = { fromMs: appointment().startMs - 86_400_000, toMs: appointment().startMs + 86_400_000 };
  const nobody = ProviderId.parse('0d9f1c52-6a3b-4e7d-8c21-5b4a3f2e1d09');
  const page = await createAppointmentStore(table).list(cotonou, range, { providerId: nobody, limit: 20 });
  expect(page).toEqual({ appointments: [], next: expect.any(String) });
  expect(queries()).toBeLessThanOrEqual(8);
});
