import type { EventInbox, StoredEvent } from '#domain/conversations/event-inbox.ts';

/** The inbox in memory. `events` shows what a person would find in it. */
export function inMemoryInbox(): EventInbox & { events: Map<string, { event: StoredEvent; rawBody: Uint8Array }> } {
  const events = new Map<string, { event: StoredEvent; rawBody: Uint8Array }>();
  const known = (eventKey: string) => {
    const entry = events.get(eventKey);
    if (!entry) throw new Error(`no event ${eventKey} in the inbox`);
    return entry;
  };
  return {
    events,
    async store(event, rawBody) {
      const stood = events.get(event.eventKey);
      if (stood) return { outcome: 'duplicate', state: stood.event.state };
      events.set(event.eventKey, { event: { ...event }, rawBody });
      return { outcome: 'stored' };
    },
    async load(eventKey) {
      return events.get(eventKey);
    },
    async settle({ eventKey }, state, { reason, clinicId, forgets } = {}) {
      const entry = known(eventKey);
      Object.assign(entry.event, { state, reason }, clinicId && { clinicId });
      if (forgets) entry.rawBody = new Uint8Array();
    },
    async countRequeue({ eventKey, requeues = 0 }) {
      known(eventKey).event.requeues = requeues + 1;
    },
    async release(eventKey, replay) {
      const entry = events.get(eventKey);
      if (!entry || !['quarantined', 'poison'].includes(entry.event.state)) return false;
      Object.assign(entry.event, { state: 'received', replay, requeues: undefined });
      return true;
    },
    async list(state, { before = Infinity, limit }) {
      return [...events.values()]
        .map(({ event }) => event)
        .filter((event) => event.state === state && event.receivedAt < before)
        .sort((a, b) => a.receivedAt - b.receivedAt)
        .slice(0, limit);
    },
  };
}
