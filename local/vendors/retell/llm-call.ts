import { languageOf } from '#domain/language.ts';
import { retellConversationId } from '#domain/ids.ts';
import type { AnotherCall } from '#local/scenarios/scenario.ts';
import { type Disturbances, disturb } from '#local/vendors/disturb.ts';
import { playCaller } from '#local/vendors/phone/caller.ts';
import { CallOver } from '#local/vendors/phone/handset.ts';
import { sayGoodbyeAfter } from '#local/vendors/phone/short-call.ts';
import { startLlmTalk } from './llm-talk.ts';
import {
  analyzedCall,
  type CallBasics,
  type CallObject,
  endedCall,
  type Happening,
  registeredCall,
  startedCall,
} from './call-object.ts';
import { agreed, chosenTalk } from './perform-talk.ts';
import { fill } from './placeholders.ts';
import type { AskedCall } from './asked-call.ts';
import type { Exchange } from './exchange.ts';
import type { Tell } from './timeline.ts';

/** How a call is played whose agent is a model of ours. */
export interface LiveLine {
  /** The address that is configured at the agent; the call's id is added to it. */
  socketUrl: string;
  answersDial: boolean;
  disturbances: Disturbances;
  anotherCall(call: AnotherCall): Promise<void>;
}

/** The talk passes in the call's own time, and is really spoken by both. Then the events of any call. */
export async function* liveTalk(
  basics: CallBasics,
  { scenario, clinic }: AskedCall,
  line: LiveLine,
  exchange: Exchange,
  tell: Tell,
): AsyncGenerator<Happening> {
  const { now, archive, metronome, reporting } = exchange;
  const started = startedCall(basics, now());
  await archive.put([started]);
  const talk = startLlmTalk({
    url: `${line.socketUrl.replace(/\/$/, '')}/${basics.callId}`,
    callDetails: () => registeredCall(basics),
    hums: scenario.hum === true,
    answersDial: line.answersDial,
    metronome,
    now,
    wait: reporting.wait,
    signal: reporting.signal,
    tell,
  });
  const drop = () => talk.drop();
  reporting.signal.addEventListener('abort', drop, { once: true });
  try {
    yield { event: 'call_started', call: started };
    const variables = basics.variables ?? {};
    const language = languageOf(variables.language, clinic.language);
    const { script, analysis } = chosenTalk(scenario, language);
    sayGoodbyeAfter(talk.phone, scenario.hangUpAfterSeconds);
    const caller = playCaller(talk.phone, script, {
      isConnected: talk.isConnected,
      connections: talk.connections,
      happens: async (what) => {
        // Retell makes the analysis itself; whether it comes is in the scenario.
        if (what !== 'analysis-fails')
          await disturb(what, retellConversationId(basics.callId), line.disturbances, tell);
      },
      anotherCall: line.anotherCall,
      tell,
      endsBy: scenario.disconnectionReason === 'agent_hangup' ? 'agent' : 'caller',
    }).catch((error: unknown) => {
      if (error instanceof CallOver) return;
      talk.drop();
      throw error;
    });
    const [reason] = await Promise.all([talk.ended, caller]);
    reporting.signal.throwIfAborted();
    tell({
      step: 'hung-up',
      detail: {
        by: reason === 'user_hangup' ? 'caller' : reason.startsWith('error_') ? 'vendor' : 'agent',
        afterMs: Math.round(now() - started.start_timestamp),
      },
    });
    if (reason.startsWith('error_'))
      tell({ step: 'broken-off', detail: { reason: `Retell ends the call: ${reason}` } });
    const ended: CallObject = {
      ...endedCall(started, {
        speech: talk.transcript.speech(Math.round(now() - started.start_timestamp)),
        reason: scenario.disconnectionReason,
      }),
      disconnection_reason: reason,
    };
    yield { event: 'call_ended', call: ended };
    if (!analysis) return;
    const known = { ...variables, ...agreed(variables.available_doctors, language, clinic.zone, now()) };
    const summary = analysis.summary && fill(analysis.summary, known, new Set());
    yield { event: 'call_analyzed', call: analyzedCall(ended, { ...analysis, ...(summary && { summary }) }) };
  } finally {
    reporting.signal.removeEventListener('abort', drop);
    talk.drop();
  }
}
