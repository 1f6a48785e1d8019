/** What a realtime session was used for. */
export interface SessionRecord {
  id: string;
  model: string;
  openedAtMs: number;
  closedAtMs?: number;
  /** Both sides were confirmed to be µ-law. */
  isTelephone: boolean;
  /** Words heard of the caller, and sentences produced; what was heard of these is the listener's to know. */
  readonly heard: string;
  said: string[];
  called: string[];
  /** Items added as text: what was said before the session. */
  added: number;
}

const fresh = () => ({
  realtime: {
    opened: 0,
    open: 0,
    refusedUpgrades: 0,
    /** Audio of callers, and that which came before µ-law was confirmed. */
    frames: 0,
    framesBeforeSession: 0,
    responses: 0,
    cancelled: 0,
    failed: 0,
    outOfBand: 0,
    truncations: 0,
    truncationsRefused: 0,
    idleTimeouts: 0,
    /** Error events, by code. */
    errors: {} as Record<string, number>,
  },
  responses: {
    requests: 0,
    streamed: 0,
    structured: 0,
    completed: 0,
    /** The other side went away before the answer was over. */
    aborted: 0,
    refused: 0,
  },
  faults: 0,
});
export type Counts = ReturnType<typeof fresh>;

export interface Statistics {
  readonly counts: Counts;
  readonly sessions: readonly SessionRecord[];
  keep(session: SessionRecord): void;
  countError(code: string | null): void;
  clear(): void;
}

const mostSessions = 1_000;

export function createStatistics(): Statistics {
  let counts = fresh();
  let sessions: SessionRecord[] = [];
  return {
    get counts() {
      return counts;
    },
    get sessions() {
      return sessions;
    },
    keep(session) {
      sessions.push(session);
      if (sessions.length > mostSessions) sessions.shift();
    },
    countError(code) {
      const { errors } = counts.realtime;
      errors[code ?? 'none'] = (errors[code ?? 'none'] ?? 0) + 1;
    },
    clear() {
      const { open } = counts.realtime;
      counts = fresh();
      counts.realtime.open = open;
      sessions = [];
    },
  };
}
