import { ModelFault } from '#domain/conversations/talk/text/text-model.ts';
import { modelFault } from './model-fault.ts';

/** How long an answer is waited for. */
export interface Patience {
  /** Aborted when it is over, or when whoever asked does not want the answer any more. */
  readonly signal: AbortSignal;
  /** Something came: it begins anew. */
  renew(): void;
  /** What to throw for an error that was met meanwhile. */
  faultOf(error: unknown): unknown;
  /** Ends the request if it is not over, and the waiting. */
  end(): void;
}

/** The SDK's own timeout ends with the head of an answer, whatever its body then does. */
export function patience(limitMs: number, asker: AbortSignal): Patience {
  const ours = new AbortController();
  const giveUp = () => ours.abort(new ModelFault('timeout', `OpenAI was silent for ${limitMs} ms`));
  let timer = setTimeout(giveUp, limitMs);
  const leave = () => ours.abort(asker.reason);
  if (asker.aborted) leave();
  asker.addEventListener('abort', leave, { once: true });
  let isOver = false;

  return {
    signal: ours.signal,
    renew() {
      clearTimeout(timer);
      timer = setTimeout(giveUp, limitMs);
    },
    faultOf: (error) => (ours.signal.aborted && !isOver ? ours.signal.reason : modelFault(error)),
    end() {
      isOver = true;
      clearTimeout(timer);
      asker.removeEventListener('abort', leave);
      ours.abort();
    },
  };
}
