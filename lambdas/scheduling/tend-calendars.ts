import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import { errorFields, type Log } from '#domain/log.ts';
import type { Calendar } from '#domain/scheduling/calendar/calendar.ts';

interface Deps {
  directory: Pick<ClinicDirectory, 'clinicIds'>;
  calendar: Pick<Calendar, 'sweep'>;
  log: Log;
}

/** Gives back what long moves left behind when their process died, clinic by clinic; one that fails stops no other. */
export function tendCalendars({ directory, calendar, log }: Deps) {
  return async (): Promise<void> => {
    let count = 0;
    for (const clinicId of await directory.clinicIds()) {
      try {
        const swept = await calendar.sweep(clinicId);
        if (swept) log.warn('calendar.swept', { clinicId, count: swept });
        count += swept;
      } catch (error) {
        log.error('request.failed', { route: 'task', clinicId, ...errorFields(error) });
      }
    }
    log.info('calendar.tended', { count });
  };
}
