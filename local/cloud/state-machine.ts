import { ExecutionError, ExecutionTimeoutError, StateMachine } from 'aws-local-stepfunctions';
import type { Functions } from './functions.ts';
import type { LambdaPool } from './lambda-pool.ts';
import { TaskFailure, type TaskTokens } from './task-tokens.ts';
import { TemplateError } from './template.ts';

interface State {
  Type: string;
  Resource?: string;
  Parameters?: Record<string, unknown>;
  TimeoutSeconds?: number;
  QueryLanguage?: string;
  ItemProcessor?: Definition;
  Iterator?: Definition;
  Branches?: Definition[];
}

interface Definition {
  QueryLanguage?: string;
  StartAt: string;
  States: Record<string, State>;
}

type Task = (input: unknown) => Promise<unknown>;

export type RunResult =
  { status: 'SUCCEEDED'; output: unknown } | { status: 'FAILED' | 'TIMED_OUT'; error: string; cause: string };

/** A state machine of the templates, ready to run. */
export interface Machine {
  arn: string;
  name: string;
  /** Runs from the start. `result` is never settled after `abort`. */
  run(executionArn: string, executionName: string, input: unknown): { result: Promise<RunResult>; abort(): void };
}

/** The interpreter would give up on a task without a limit after a minute; AWS waits for a year. This is as long as a timer can. */
const withoutLimitSeconds = 2_000_000;

const lambdaInvoke = 'arn:aws:states:::lambda:invoke';
const lambdaInvokeWithToken = `${lambdaInvoke}.waitForTaskToken`;

/** What the interpreter does not do, and would pass over in silence. */
const unknownFields = [
  'HeartbeatSeconds',
  'HeartbeatSecondsPath',
  'TimeoutSecondsPath',
  'Credentials',
  'Assign',
  'Arguments',
];

/** Checks a definition and prepares it. @throws TemplateError when it is not valid or needs what is not reproduced */
export function createMachine(
  { arn, name, where }: { arn: string; name: string; where: string },
  definitionText: string,
  functions: Functions,
  tokens: TaskTokens,
): Machine {
  const definition = JSON.parse(definitionText) as Definition;
  const tasks = tasksIn(definition, where);
  const runners = new Map([...tasks].map(([id, state]) => [id, taskRunner(id, state, functions, tokens, where)]));
  const machine = validated(definition, where);

  return {
    arn,
    name,
    run(executionArn, executionName, input) {
      // The token of a task is in its input, which the interpreter makes right before it runs the task.
      let issued: string | undefined;
      const takeToken = () => {
        const token = issued ?? tokens.issue(executionArn);
        issued = undefined;
        return token;
      };
      const context = {
        Execution: { Id: executionArn, Name: executionName },
        StateMachine: { Id: arn, Name: name },
        Task: {
          get Token() {
            return (issued ??= tokens.issue(executionArn));
          },
        },
      };
      const taskResourceLocalHandlers: Record<string, Task> = {};
      for (const [id, runner] of runners) taskResourceLocalHandlers[id] = (given) => runner(given, takeToken);
      const { result, abort } = machine.run(input as never, {
        context,
        overrides: { taskResourceLocalHandlers: taskResourceLocalHandlers as never },
        noThrowOnAbort: true,
      });
      return {
        abort,
        result: result.then(
          (output): RunResult => ({ status: 'SUCCEEDED', output }),
          (error: unknown): RunResult => {
            if (error instanceof ExecutionTimeoutError) {
              return { status: 'TIMED_OUT', error: 'States.Timeout', cause: 'the execution took longer than it may' };
            }
            const cause = error instanceof ExecutionError ? error.cause : error;
            return { status: 'FAILED', ...describe(cause) };
          },
        ),
      };
    },
  };
}

const describe = (error: unknown) =>
  error instanceof Error
    ? { error: error.name, cause: error.message }
    : { error: 'States.Runtime', cause: String(error) };

function validated(definition: Definition, where: string): StateMachine {
  try {
    return new StateMachine(definition as never);
  } catch (error) {
    throw new TemplateError(where, error instanceof Error ? error.message : String(error));
  }
}

/** Every task of a definition by its name, in maps and branches too; a task without a limit gets one. */
function tasksIn(definition: Definition, where: string): Map<string, State> {
  const tasks = new Map<string, State>();
  if ((definition.QueryLanguage ?? 'JSONPath') !== 'JSONPath') {
    throw new TemplateError(where, 'state machines use JSONPath on one machine');
  }
  for (const [id, state] of Object.entries(definition.States)) {
    if ((state.QueryLanguage ?? 'JSONPath') !== 'JSONPath') {
      throw new TemplateError(where, `state ${id} must use JSONPath`);
    }
    const unknown = unknownFields.find((field) => field in state);
    if (unknown) throw new TemplateError(where, `${unknown} of state ${id} is not reproduced on one machine`);
    if (state.Type === 'Task') {
      state.TimeoutSeconds ??= withoutLimitSeconds;
      tasks.set(id, state);
    }
    for (const inner of [state.ItemProcessor, state.Iterator, ...(state.Branches ?? [])]) {
      if (inner) for (const [innerId, task] of tasksIn(inner, where)) tasks.set(innerId, task);
    }
  }
  return tasks;
}

/** How one task state is done: by a function, whose answer is the result, or by whoever sends the token back. */
function taskRunner(id: string, state: State, functions: Functions, tokens: TaskTokens, where: string) {
  const { Resource = '', Parameters, TimeoutSeconds } = state;
  if (Resource.includes(':function:')) {
    const pool = functions.find(Resource, where);
    return (input: unknown) => invoke(pool, input);
  }
  const pool = functions.find(String(Parameters?.FunctionName), where);
  const payload = (input: unknown) => (input as { Payload?: unknown }).Payload ?? {};
  if (Resource === lambdaInvoke) {
    return async (input: unknown) => ({
      ExecutedVersion: '$LATEST',
      Payload: await invoke(pool, payload(input)),
      StatusCode: 200,
    });
  }
  if (Resource !== lambdaInvokeWithToken) {
    throw new TemplateError(where, `resource ${Resource} of state ${id} is not reproduced on one machine`);
  }
  if (!JSON.stringify(Parameters).includes('$$.Task.Token')) {
    throw new TemplateError(where, `state ${id} waits for a token that it gives nobody`);
  }
  return async (input: unknown, takeToken: () => string) => {
    const token = takeToken();
    const answered = tokens.wait(token);
    const limit = setTimeout(() => tokens.close(token), (TimeoutSeconds as number) * 1000);
    // The function only has to get the token out; what it answers counts for nothing unless it fails.
    invoke(pool, payload(input)).catch((error: unknown) => tokens.fail(token, error as TaskFailure));
    try {
      return await answered;
    } finally {
      clearTimeout(limit);
    }
  };
}

async function invoke(pool: LambdaPool, input: unknown): Promise<unknown> {
  const outcome = await pool.invoke(input);
  if (outcome.ok) return JSON.parse(outcome.payload);
  throw new TaskFailure(outcome.error.errorType, JSON.stringify(outcome.error));
}
