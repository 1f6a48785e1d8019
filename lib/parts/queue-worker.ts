import type { Construct } from 'constructs';
import { allowReceive } from './rights.ts';
import { TaskFunction, type TaskFunctionProps } from './task-function.ts';
import type { WorkQueue } from './work-queue.ts';

interface QueueWorkerProps<Env> extends Omit<TaskFunctionProps<Env>, 'faults'> {
  from: WorkQueue;
}

/** A function fed by a queue in batches of ten; only what failed is delivered again. */
export class QueueWorker<Env> extends TaskFunction<Env> {
  constructor(scope: Construct, id: string, { from, ...props }: QueueWorkerProps<Env>) {
    super(scope, id, { ...props, faults: 'either' });
    allowReceive(this, from.queue);
    this.function.addEventSourceMapping('Feed', {
      eventSourceArn: from.queue.queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
      maxConcurrency: props.house.settings.workerConcurrency,
    });
  }
}
