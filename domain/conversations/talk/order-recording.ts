import { errorFields, type Log, type LogFields } from '../../log.ts';

const againMs = 1_000;
const mostAttempts = 3;

const ways = {
  start: { route: 'start-recording', taken: 'recording.begun', refused: 'recording.not-begun' },
  stop: { route: 'stop-recording', taken: 'recording.stopped', refused: 'recording.goes-on' },
} as const;

interface Deps {
  /** Rejects when the vendor did not take it. Given again, it changes nothing. */
  order(): Promise<unknown>;
  later(ms: number, run: () => void): void;
  log: Log;
  where: LogFields;
}

/** Has the vendor of a call begin or stop recording it, behind the caller's back. `done` once it took the order. */
export function orderRecording(way: keyof typeof ways, { order, later, log, where }: Deps, done?: () => void): void {
  const { route, taken, refused } = ways[way];
  async function give(attempt: number): Promise<void> {
    try {
      await order();
    } catch (error) {
      if (attempt === mostAttempts) return log.error(refused, { ...where, attempt, ...errorFields(error) });
      log.warn('request.failed', { ...where, route, attempt, ...errorFields(error) });
      return later(againMs, () => void give(attempt + 1));
    }
    log.info(taken, where);
    done?.();
  }
  void give(1);
}
