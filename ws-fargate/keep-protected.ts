import type { TaskProtection } from '#adapters/ecs/task-protection.ts';
import type { Clock } from '#domain/clock.ts';
import { errorFields, type Log } from '#domain/log.ts';

const renewEveryMs = 10 * 60 * 1000;
const tryAgainMs = 15_000;
/** Calls come and go; the agent need not hear of every pause between two. */
const idleForMs = 30_000;

interface Deps {
  protection: TaskProtection;
  /** Calls going on now. */
  live: () => number;
  clock: Clock;
  log: Log;
}

/**
 * Keeps the task from being scaled in while calls go on. To be asked often; does something only when there is something
 * to do. A failure is logged and tried again: it never harms a call.
 */
export function keepProtected({ protection, live, clock, log }: Deps): () => Promise<void> {
  let isProtected = false;
  let renewAtMs = 0;
  let retryAtMs = 0;
  let lastBusyMs = -Infinity;
  let isAsking = false;

  return async () => {
    const nowMs = clock.now();
    if (live() > 0) lastBusyMs = nowMs;
    const wanted = nowMs - lastBusyMs < idleForMs;
    const isChange = wanted !== isProtected;
    if (isAsking || nowMs < (isChange ? retryAtMs : renewAtMs)) return;
    if (!wanted && !isChange) return;
    isAsking = true;
    try {
      await protection.set(wanted);
      isProtected = wanted;
      renewAtMs = nowMs + renewEveryMs;
    } catch (error) {
      log.warn('voice.unprotected', { ...errorFields(error) });
      retryAtMs = renewAtMs = nowMs + tryAgainMs;
    } finally {
      isAsking = false;
    }
  };
}
