import type { ConversationId } from '#domain/ids.ts';
import type { Happening } from '#local/scenarios/scenario.ts';
import type { LiveEntry } from './live-timeline.ts';

/** Where the things around a call can be made to happen. */
export interface Disturbances {
  /** Control of the cloud of this machine. */
  cloud?: string;
  /** Control of the OpenAI stand-in. */
  openai?: string;
}

/** Makes it happen and tells so; resolves when it has. */
export async function disturb(
  what: Happening,
  conversationId: ConversationId,
  { cloud, openai }: Disturbances,
  tell: (entry: LiveEntry) => void,
): Promise<void> {
  const told: string[] = [];
  for (const { at, path, body } of requests(what, conversationId)) {
    const base = at === 'cloud' ? cloud : openai;
    if (base === undefined) throw new Error(`nobody said where ${at} is asked for ${what}`);
    const response = await fetch(`${base}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${base}${path} answered ${response.status} ${answer}`);
    told.push(answer);
  }
  tell({ step: 'happens', detail: { what, told: told.join(' ') } });
}

/** What was to happen and has not is not left for the next call. */
export async function calm(happened: readonly Happening[], { openai }: Disturbances): Promise<void> {
  if (openai === undefined || !happened.includes('analysis-fails')) return;
  await fetch(`${openai}/faults`, { method: 'DELETE', signal: AbortSignal.timeout(10_000) });
}

interface ControlRequest {
  at: 'cloud' | 'openai';
  path: string;
  body: object;
}

function requests(what: Happening, conversationId: ConversationId): ControlRequest[] {
  switch (what) {
    case 'task-dies':
      return [{ at: 'cloud', path: '/voice', body: { do: 'kill', conversationId } }];
    case 'deploy':
      return [{ at: 'cloud', path: '/voice', body: { do: 'deploy' } }];
    case 'tools-slow':
      return [{ at: 'cloud', path: '/dynamodb', body: { delayMs: 300, times: 5 } }];
    case 'model-dies':
      return [{ at: 'openai', path: '/faults', body: { kind: 'dies', times: 2 } }];
    case 'analysis-fails':
      return [
        {
          at: 'openai',
          path: '/faults',
          body: { kind: 'status', on: 'responses', status: 500, shape: 'call_analysis', times: 40 },
        },
      ];
  }
}
