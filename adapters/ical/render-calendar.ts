import ical, {
  ICalCalendarMethod,
  ICalEventBusyStatus,
  ICalEventClass,
  ICalEventStatus,
  ICalEventTransparency,
} from 'ical-generator';

/** One entry of a feed. Instants are epoch milliseconds. */
export interface FeedEvent {
  /** The same for ever, whatever becomes of it. */
  uid: string;
  /** Raised by each change. */
  sequence: number;
  startMs: number;
  endMs: number;
  changedAtMs: number;
  summary: string;
  location?: string;
  state: 'confirmed' | 'cancelled' | 'blocked';
}

/** The library escapes the texts of events, not the name of the calendar. */
const escaped = (text: string): string => text.replace(/[\\;,]/g, String.raw`\$&`);

/** Calendars ask again after so long. */
const refreshSeconds = 15 * 60;

/**
 * A calendar as RFC 5545 writes it, in UTC. The same events always give the same bytes, so that an unchanged feed is
 * recognised: nothing in it tells when it was asked for.
 */
export function renderCalendar(name: string, events: readonly FeedEvent[]): string {
  const calendar = ical({
    name: escaped(name),
    prodId: { company: 'Frontdesk', product: 'Appointments' },
    method: ICalCalendarMethod.PUBLISH,
    ttl: refreshSeconds,
  });
  for (const { uid, sequence, startMs, endMs, changedAtMs, summary, location, state } of events) {
    const cancelled = state === 'cancelled';
    calendar.createEvent({
      id: uid,
      sequence,
      start: new Date(startMs),
      end: new Date(endMs),
      stamp: new Date(changedAtMs),
      lastModified: new Date(changedAtMs),
      summary,
      location,
      class: ICalEventClass.PRIVATE,
      status: cancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
      transparency: cancelled ? ICalEventTransparency.TRANSPARENT : ICalEventTransparency.OPAQUE,
      busystatus: busyStatus[state],
    });
  }
  // The standard ends every line, also the last.
  return `${calendar.toString()}\r\n`;
}

const busyStatus = {
  confirmed: ICalEventBusyStatus.BUSY,
  cancelled: ICalEventBusyStatus.FREE,
  blocked: ICalEventBusyStatus.OOF,
} satisfies Record<FeedEvent['state'], ICalEventBusyStatus>;
