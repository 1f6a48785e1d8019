import { mkdirSync } from 'node:fs';
import { buildApp } from 'fauxqs';
// The stores are how the server is shared with pollers in this process; the package exports only its types.
import { FileS3Persistence } from '../../node_modules/fauxqs/dist/s3/fileS3Persistence.js';
import { S3Store } from '../../node_modules/fauxqs/dist/s3/s3Store.js';
import { SnsStore } from '../../node_modules/fauxqs/dist/sns/snsStore.js';
import { type SqsQueue, SqsStore } from '../../node_modules/fauxqs/dist/sqs/sqsStore.js';
import type { Handle } from './endpoint.ts';
import { type Cloud, TemplateError } from './template.ts';

export type { SqsQueue };

/** SQS and S3 as the SDKs see them, and the queues themselves for what runs in this process. */
export interface Queues {
  /** Answers the requests of SQS and S3 clients. */
  handle: Handle;
  all(): Iterable<SqsQueue>;
  byArn(arn: string): SqsQueue | undefined;
  /** Puts a message on a standard queue. @throws Error when there is no such queue */
  send(arn: string, body: string): void;
  stop(): Promise<void>;
}

const queueAttributes = [
  'ContentBasedDeduplication',
  'DelaySeconds',
  'FifoQueue',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
] as const;

/** Opens the queues and buckets of the templates. Objects are kept below `objects`; messages live in memory. */
export async function openQueues(cloud: Cloud, objects: string): Promise<Queues> {
  const sqsStore = new SqsStore();
  // Queue URLs then name the host they were asked on, not a host name that must be resolved.
  sqsStore.host = '';
  const s3Store = new S3Store();
  mkdirSync(objects, { recursive: true });
  const persistence = new FileS3Persistence(objects);
  persistence.loadS3(s3Store);
  s3Store.persistence = persistence;

  for (const { name } of cloud.ofType('AWS::S3::Bucket')) if (!s3Store.hasBucket(name)) s3Store.createBucket(name);
  for (const queue of cloud.ofType<Record<string, unknown>>('AWS::SQS::Queue')) {
    const { RedrivePolicy, ...properties } = queue.properties;
    const attributes: Record<string, string> = {};
    for (const name of queueAttributes) if (properties[name] !== undefined) attributes[name] = String(properties[name]);
    if (RedrivePolicy) attributes.RedrivePolicy = JSON.stringify(RedrivePolicy);
    sqsStore.createQueue(queue.name, queue.ref, queue.attribute('Arn') as string, attributes);
  }
  for (const { properties, where } of cloud.ofType<{ RedrivePolicy?: { deadLetterTargetArn: string } }>(
    'AWS::SQS::Queue',
  )) {
    const target = properties.RedrivePolicy?.deadLetterTargetArn;
    if (target && !sqsStore.getQueueByArn(target)) throw new TemplateError(where, `there is no queue ${target}`);
  }

  const app = buildApp({
    logger: false,
    defaultRegion: cloud.place.region,
    stores: { sqsStore, s3Store, snsStore: new SnsStore() },
  });
  await app.ready();
  return {
    handle: (request, response) => app.routing(request, response),
    all: () => sqsStore.allQueues(),
    byArn: (arn) => sqsStore.getQueueByArn(arn),
    send(arn, body) {
      const queue = sqsStore.getQueueByArn(arn);
      if (!queue) throw new Error(`there is no queue ${arn}`);
      queue.enqueue(SqsStore.createMessage(body));
    },
    async stop() {
      await app.close();
      persistence.close();
    },
  };
}
