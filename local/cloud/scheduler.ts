import { setTimeout as sleep } from 'node:timers/promises';
import { Cron } from 'croner';
import type { Functions } from './functions.ts';
import { type Cloud, TemplateError } from './template.ts';

interface ScheduleProperties {
  FlexibleTimeWindow?: { Mode?: string };
  ScheduleExpression: string;
  ScheduleExpressionTimezone?: string;
  State?: string;
  Target: { Arn: string; Input?: string };
}

export interface Schedule {
  name: string;
  /** Runs the target once now, beside its times. */
  run(): Promise<void>;
  stop(): void;
}

/** A function invoked without anybody waiting is tried again after a minute, then after two. */
const retryDelaysMs = [60_000, 120_000];

const unitMs: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Starts every schedule of the templates. A run that fails is in the function's log; the next one comes at its time. */
export function startSchedules(cloud: Cloud, functions: Functions): Schedule[] {
  const retries = new Map(
    cloud
      .ofType<{ FunctionName: string; MaximumRetryAttempts?: number }>('AWS::Lambda::EventInvokeConfig')
      .map(({ properties, where }) => [
        functions.find(properties.FunctionName, where),
        properties.MaximumRetryAttempts ?? retryDelaysMs.length,
      ]),
  );
  return cloud.ofType<ScheduleProperties>('AWS::Scheduler::Schedule').map(({ name, properties, where }) => {
    const { FlexibleTimeWindow, ScheduleExpression, ScheduleExpressionTimezone, State, Target } = properties;
    if ((FlexibleTimeWindow?.Mode ?? 'OFF') !== 'OFF') {
      throw new TemplateError(where, 'a flexible time window is not reproduced on one machine');
    }
    const pool = functions.find(Target.Arn, where);
    const input: unknown = Target.Input === undefined ? {} : JSON.parse(Target.Input);
    const stopping = new AbortController();
    const run = async (): Promise<void> => {
      for (const delayMs of [...retryDelaysMs.slice(0, retries.get(pool)), undefined]) {
        const { ok } = await pool.invoke(input);
        if (ok || delayMs === undefined) return;
        await sleep(delayMs, undefined, { signal: stopping.signal, ref: false });
      }
    };
    // Stopped between two tries: nothing is left to do.
    const runAndForget = () => void run().catch(() => undefined);
    const end =
      State === 'DISABLED' ? undefined : repeat(ScheduleExpression, ScheduleExpressionTimezone, runAndForget, where);
    return {
      name,
      run: async () => void (await pool.invoke(input)),
      stop() {
        end?.();
        stopping.abort();
      },
    };
  });
}

/** Calls `run` at the times of a `rate(…)` or `cron(…)` expression until the answer is called. */
function repeat(expression: string, timezone = 'UTC', run: () => void, where: string): () => void {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate) {
    const timer = setInterval(run, Number(rate[1]) * (unitMs[rate[2] as string] as number));
    return () => clearInterval(timer);
  }
  const fields = /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$/.exec(expression)?.slice(1);
  if (!fields) throw new TemplateError(where, `schedule ${expression} is not reproduced on one machine`);
  const [minute, hour, day, month, weekday, year] = fields as [string, string, string, string, string, string];
  // AWS counts weekdays from Sunday = 1, croner from Sunday = 0; what follows `#` counts weeks.
  const shifted = weekday.replace(/(?<![#\d])[1-7]/g, (digit) => String(Number(digit) - 1));
  // `?` means “no matter” on AWS; croner would take it for a day named explicitly.
  const pattern = ['0', minute, hour, day, month, shifted, year].join(' ').replaceAll('?', '*');
  const cron = new Cron(pattern, { timezone }, run);
  return () => cron.stop();
}
