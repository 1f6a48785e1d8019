import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { AwsError, type Handle, jsonService } from './endpoint.ts';
import { type Execution, type ExecutionStatus, openExecutions } from './executions.ts';
import type { Functions } from './functions.ts';
import { createMachine, type Machine, type RunResult } from './state-machine.ts';
import { openTaskTokens, TaskFailure } from './task-tokens.ts';
import { type Cloud, TemplateError } from './template.ts';

/** Step Functions as its API shows it. */
export interface StepFunctions {
  handle: Handle;
  /** Starts again, from its input, every execution that was open when this machine stopped. Answers how many. */
  resume(): number;
  /** How many are under way. */
  running(): number;
  /** Leaves what is under way to the next start. */
  stop(): void;
}

/** Opens the state machines of the templates. */
export function openStepFunctions(cloud: Cloud, functions: Functions, database: DatabaseSync): StepFunctions {
  const executions = openExecutions(database);
  const tokens = openTaskTokens(database, (arn) => executions.find(arn) !== undefined);
  const machines = new Map<string, Machine>();
  const underWay = new Map<string, () => void>();
  let stopped = false;

  for (const { name, properties, ref, where } of cloud.ofType<{
    DefinitionString?: string;
    StateMachineType?: string;
  }>('AWS::StepFunctions::StateMachine')) {
    if ((properties.StateMachineType ?? 'STANDARD') !== 'STANDARD' || !properties.DefinitionString) {
      throw new TemplateError(
        where,
        'only Standard state machines with their definition in the template are reproduced',
      );
    }
    machines.set(ref, createMachine({ arn: ref, name, where }, properties.DefinitionString, functions, tokens));
  }

  function run(machine: Machine, arn: string, name: string, input: string): void {
    const { result, abort } = machine.run(arn, name, JSON.parse(input));
    underWay.set(arn, abort);
    void result.then((ended) => {
      // Aborted from outside: somebody else has written, or will write, how it ended.
      if (stopped || !underWay.delete(arn)) return;
      executions.end(arn, endingOf(ended), Date.now());
    });
  }

  function machineOf(arn: string | undefined): Machine {
    const machine = machines.get(arn ?? '');
    if (!machine) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return machine;
  }

  function executionOf(arn: string | undefined): Execution {
    const execution = executions.find(arn ?? '');
    if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return execution;
  }

  function openToken(token = ''): string {
    const state = tokens.look(token);
    if (state === 'open') return token;
    if (state === 'closed') throw new AwsError('TaskTimedOut', 'Task Timed Out: the task of this token is over');
    if (state === 'invalid') throw new AwsError('InvalidToken', 'Invalid Token: it was not issued here');
    throw new AwsError('TaskDoesNotExist', 'Task does not exist');
  }

  return {
    handle: jsonService({
      StartExecution({ stateMachineArn, name = randomUUID(), input = '{}' }: Record<string, string>) {
        const machine = machineOf(stateMachineArn);
        if (!/^[\w.:-]{1,80}$/.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
        if (!isJson(input))
          throw new AwsError('InvalidExecutionInput', 'Invalid State Machine Execution Input: not JSON');
        const arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`;
        const known = executions.find(arn);
        if (known && (known.status !== 'RUNNING' || known.input !== input)) {
          throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
        }
        if (known) return { executionArn: arn, startDate: known.startedAt / 1000 };
        const startedAt = Date.now();
        executions.add({ arn, machine: machine.arn, name, input, startedAt });
        run(machine, arn, name, input);
        return { executionArn: arn, startDate: startedAt / 1000 };
      },
      StopExecution({ executionArn, error, cause }: Record<string, string>) {
        const { arn } = executionOf(executionArn);
        const stopDate = Date.now();
        const abort = underWay.get(arn);
        if (abort) {
          underWay.delete(arn);
          abort();
          executions.end(
            arn,
            { status: 'ABORTED', output: null, error: error ?? null, cause: cause ?? null },
            stopDate,
          );
        }
        return { stopDate: stopDate / 1000 };
      },
      DescribeExecution({ executionArn }: Record<string, string>) {
        const { input, output, error, cause, ...execution } = executionOf(executionArn);
        return {
          ...summary(execution),
          input,
          ...(output !== null && { output }),
          ...(error !== null && { error }),
          ...(cause !== null && { cause }),
        };
      },
      ListExecutions(query: {
        stateMachineArn: string;
        statusFilter?: string;
        maxResults?: number;
        nextToken?: string;
      }) {
        const { arn } = machineOf(query.stateMachineArn);
        const limit = query.maxResults || 100;
        const offset = Number(query.nextToken ?? 0);
        const found = executions.list(arn, query.statusFilter as ExecutionStatus | undefined, limit + 1, offset);
        return {
          executions: found.slice(0, limit).map(summary),
          ...(found.length > limit && { nextToken: String(offset + limit) }),
        };
      },
      ListStateMachines: () => ({
        stateMachines: [...machines.values()].map(({ arn, name }) => ({
          stateMachineArn: arn,
          name,
          type: 'STANDARD',
          creationDate: 0,
        })),
      }),
      SendTaskSuccess({ taskToken, output }: Record<string, string>) {
        const token = openToken(taskToken);
        if (!isJson(output)) throw new AwsError('InvalidOutput', 'Invalid Output: not JSON');
        tokens.succeed(token, JSON.parse(output));
      },
      SendTaskFailure({ taskToken, error, cause }: Record<string, string>) {
        tokens.fail(openToken(taskToken), new TaskFailure(error ?? 'States.TaskFailed', cause ?? ''));
      },
      SendTaskHeartbeat: ({ taskToken }: Record<string, string>) => void openToken(taskToken),
    }),
    resume() {
      let count = 0;
      for (const machine of machines.values()) {
        for (const { arn, name, input } of executions.open(machine.arn)) {
          run(machine, arn, name, input);
          count += 1;
        }
      }
      return count;
    },
    running: () => underWay.size,
    stop() {
      stopped = true;
      for (const abort of underWay.values()) abort();
    },
  };
}

function endingOf(result: RunResult): Parameters<ReturnType<typeof openExecutions>['end']>[1] {
  if (result.status === 'SUCCEEDED') {
    return { status: result.status, output: JSON.stringify(result.output), error: null, cause: null };
  }
  return { status: result.status, output: null, error: result.error, cause: result.cause };
}

function summary({
  arn,
  machine,
  name,
  status,
  startedAt,
  stoppedAt,
}: Omit<Execution, 'input' | 'output' | 'error' | 'cause'>) {
  return {
    executionArn: arn,
    stateMachineArn: machine,
    name,
    status,
    startDate: startedAt / 1000,
    ...(stoppedAt !== null && { stopDate: stoppedAt / 1000 }),
  };
}

function isJson(text: string | undefined): text is string {
  try {
    JSON.parse(text as string);
    return true;
  } catch {
    return false; // A parse that fails is the answer.
  }
}
