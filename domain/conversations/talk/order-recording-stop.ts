import { errorFields, type Log, type LogFields } from '../../log.ts';

const againMs = 1_000;
const mostAttempts = 3;

interface Deps {
  /** Rejects when the vendor did not take the order. Given again, it changes nothing. */
  stopRecording(): Promise<unknown>;
  later(ms: number, run: () => void): void;
  log: Log;
  where: LogFields;
}

/** Has the vendor of a call stop recording it, behind the caller's back. `stopped` once it took the order. */
export function orderRecordingStop({ stopRecording, later, log, where }: Deps, stopped?: () => void): void {
  async function stop(attempt: number): Promise<void> {
    try {
      await stopRecording();
    } catch (error) {
      if (attempt === mostAttempts) return log.error('recording.goes-on', { ...where, attempt, ...errorFields(error) });
      log.warn('request.failed', { ...where, route: 'stop-recording', attempt, ...errorFields(error) });
      return later(againMs, () => void stop(attempt + 1));
    }
    log.info('recording.stopped', where);
    stopped?.();
  }
  void stop(1);
}
