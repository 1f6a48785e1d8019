import type { Clock } from '../../../clock.ts';
import type { Timers } from '../timers.ts';

/** Things a call waits for, by name, on one timer. A name set again replaces what it stood for. */
export interface Deadlines<Name extends string> {
  set(name: Name, inMs: number, run: () => void): void;
  clear(...names: Name[]): void;
  /** Clears all but these. */
  keep(...names: Name[]): void;
  has(name: Name): boolean;
  /** Nothing is due any more, and nothing can be set. */
  stop(): void;
}

export function createDeadlines<Name extends string>(clock: Clock, timers: Timers): Deadlines<Name> {
  const due = new Map<Name, { atMs: number; run: () => void }>();
  let armed: { atMs: number; handle: unknown } | undefined;
  let stopped = false;

  function arm(): void {
    let next = Infinity;
    for (const { atMs } of due.values()) next = Math.min(next, atMs);
    // A timer that is too early does no harm and costs less than one that is moved with every word.
    if (armed && armed.atMs <= next) return;
    if (armed) timers.clear(armed.handle);
    armed = undefined;
    if (next === Infinity) return;
    armed = { atMs: next, handle: timers.set(wake, Math.max(0, next - clock.now())) };
  }

  function wake(): void {
    armed = undefined;
    const nowMs = clock.now();
    for (const [name, deadline] of [...due]) {
      if (deadline.atMs > nowMs || due.get(name) !== deadline) continue;
      due.delete(name);
      deadline.run();
    }
    if (!stopped) arm();
  }

  return {
    set(name, inMs, run) {
      if (stopped) return;
      due.set(name, { atMs: clock.now() + inMs, run });
      arm();
    },
    clear(...names) {
      for (const name of names) due.delete(name);
    },
    keep(...names) {
      for (const name of due.keys()) if (!names.includes(name)) due.delete(name);
    },
    has: (name) => due.has(name),
    stop() {
      stopped = true;
      due.clear();
      if (armed) timers.clear(armed.handle);
      armed = undefined;
    },
  };
}
