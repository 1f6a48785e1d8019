import { setTimeout as sleep } from 'node:timers/promises';
import { ClinicId, retellConversationId, twilioConversationId } from '#domain/ids.ts';
import { languageOf } from '#domain/language.ts';
import { placeCall } from '#local/call/place.ts';
import type { RunningSystem } from '#local/call/running-system.ts';
import type { TaskStatus } from '#local/cloud/containers.ts';
import type { LocalClinic } from '#local/local-json.ts';
import type { Scenario } from '#local/scenarios/scenario.ts';
import type { TimelineStep } from '#local/vendors/retell/timeline.ts';
import type { DeadlyCall } from './deaths-verdict.ts';

/** `at-once`: all tasks that hold calls die in the same moment, others are there. `in-turn`: one dies, and when it was replaced another. */
export type Manner = 'at-once' | 'in-turn';

export interface WaveOptions {
  scenario: Scenario;
  clinics: readonly LocalClinic[];
  calls: number;
  /** Number of the first of its callers. */
  from: number;
  manner: Manner;
  /** Between the last caller's first words and the first death. */
  killAfterMs: number;
}

export interface WaveResult {
  calls: DeadlyCall[];
  /** Processes killed. */
  kills: number;
  /** Calls the stand-ins themselves failed at. */
  failed: string[];
}

/** Callers do not ring in the same millisecond. */
const apartMs = 60;
const patienceMs = 120_000;

/** Fictional numbers, a hundred in each area. */
const numberOf = (index: number): string =>
  `+1${202 + (Math.floor(index / 100) % 700)}55501${String(index % 100).padStart(2, '0')}`;

interface Progress {
  steps: TimelineStep[];
  /** Somebody was greeted and has said something. */
  isTalking: boolean;
  isOver: boolean;
}

/** Places calls on both wires, and kills the tasks that hold them in the middle. Resolves when all are over. */
export async function wave(system: RunningSystem, options: WaveOptions): Promise<WaveResult> {
  const { scenario, clinics, calls: count, from } = options;
  const running: Progress[] = [];
  const failed: string[] = [];
  const calls: DeadlyCall[] = [];

  async function call(index: number): Promise<void> {
    const progress: Progress = { steps: [], isTalking: false, isOver: false };
    running.push(progress);
    const vendor = index % 2 === 0 ? 'twilio' : 'retell-llm';
    const clinic = clinics[Math.floor(index / 2) % clinics.length] as LocalClinic;
    const wire =
      vendor === 'twilio' ? ({ vendor, options: {} } as const) : ({ vendor, options: {}, withoutKey: false } as const);
    try {
      const number = numberOf(from + index);
      for await (const step of placeCall(system, { scenario, clinic, clinics, wire, from: number })) {
        progress.steps.push(step);
        progress.isTalking ||= step.step === 'says';
      }
      const [ringing] = progress.steps;
      if (ringing?.step !== 'ringing') throw new Error('it never rang');
      const conversationId = (vendor === 'twilio' ? twilioConversationId : retellConversationId)(ringing.detail.callId);
      const language = languageOf(clinic.language);
      calls.push({ clinicId: ClinicId.parse(clinic.id), conversationId, language, vendor, steps: progress.steps });
    } catch (error) {
      const last = progress.steps.slice(-4).map((step) => JSON.stringify(step));
      failed.push([`${vendor}: ${error instanceof Error ? error.message : String(error)}`, ...last].join('\n    '));
    } finally {
      progress.isOver = true;
    }
  }

  const placed = Array.from({ length: count }, async (_, index) => {
    await sleep(index * apartMs);
    await call(index);
  });
  const everybodyTalks = () =>
    until(() => running.length === count && running.every(({ isTalking, isOver }) => isTalking || isOver));
  const killed = await killUnder(system, options, everybodyTalks);
  await Promise.all(placed);
  return { calls, kills: killed, failed };
}

async function killUnder(
  system: RunningSystem,
  { manner, killAfterMs }: WaveOptions,
  everybodyTalks: () => Promise<void>,
): Promise<number> {
  const isHealthy = ({ state }: TaskStatus) => state === 'healthy';
  const holding = (await tasksOf(system)).filter(isHealthy).map(({ task }) => task);
  const kill = (task: number) => order(system, { do: 'kill', task });
  await everybodyTalks();
  if (manner === 'at-once') {
    // New tasks take no call that is under way: they are there for those whose tasks die.
    await Promise.all([order(system, { do: 'deploy' }), sleep(killAfterMs)]);
    await Promise.all(holding.map(kill));
    return holding.length;
  }
  await sleep(killAfterMs);
  for (const task of holding) {
    await kill(task);
    await until(async () => (await tasksOf(system)).filter(isHealthy).length >= holding.length);
  }
  return holding.length;
}

const tasksOf = async (system: RunningSystem): Promise<TaskStatus[]> =>
  ((await order(system, { do: 'status' })) as { tasks: TaskStatus[] }).tasks;

async function order({ aws }: RunningSystem, body: object): Promise<unknown> {
  const response = await fetch(`${aws.control}/voice`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  if (!response.ok) throw new Error(`the cloud refuses ${JSON.stringify(body)}: ${await response.text()}`);
  return response.json();
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`what was waited for did not come within ${patienceMs} ms`);
    await sleep(50);
  }
}
