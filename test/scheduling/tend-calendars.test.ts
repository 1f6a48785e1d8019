import type { ClinicId } from '#domain/ids.ts';
import { tendCalendars } from '#lambdas/scheduling/tend-calendars.ts';
import { cotonou, elsewhere } from '#test/fakes/conversation.ts';
import { rememberedLog } from '#test/fakes/log.ts';

test('every clinic is looked after, also when the calendar of one cannot be read', async () => {
  const log = rememberedLog();
  const seen: ClinicId[] = [];
  await tendCalendars({
    directory: { clinicIds: async () => [elsewhere, cotonou] },
    calendar: {
      async sweep(clinicId) {
        seen.push(clinicId);
        if (clinicId === elsewhere) throw new Error('throttled');
        return 3;
      },
    },
    log,
  })();
  expect(seen).toEqual([elsewhere, cotonou]);
  expect(log.entries.map(({ code, fields }) => [code, fields.clinicId, fields.count])).toEqual([
    ['request.failed', elsewhere, undefined],
    ['calendar.swept', cotonou, 3],
    ['calendar.tended', undefined, 3],
  ]);
});
