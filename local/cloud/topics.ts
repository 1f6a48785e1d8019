import { randomUUID } from 'node:crypto';
import type { Queues } from './queues.ts';
import { type Cloud, TemplateError } from './template.ts';

/** Hands a message to every queue subscribed to a topic. */
export type Publish = (topicArn: string, message: string) => void;

/** Subscriptions of the templates. Those of people by e-mail carry alarms, which are not reproduced. */
export function openTopics(cloud: Cloud, queues: Queues): Publish {
  const subscriptions = new Map<string, { queueArn: string; raw: boolean }[]>();
  for (const { properties, where } of cloud.ofType<{
    Endpoint: string;
    Protocol: string;
    RawMessageDelivery?: boolean;
    TopicArn: string;
  }>('AWS::SNS::Subscription')) {
    const { Endpoint, Protocol, RawMessageDelivery = false, TopicArn } = properties;
    if (Protocol === 'email') continue;
    if (Protocol !== 'sqs') throw new TemplateError(where, `a subscription by ${Protocol} is not reproduced`);
    if (!queues.byArn(Endpoint)) throw new TemplateError(where, `there is no queue ${Endpoint}`);
    const others = subscriptions.get(TopicArn) ?? [];
    subscriptions.set(TopicArn, [...others, { queueArn: Endpoint, raw: RawMessageDelivery }]);
  }
  return (topicArn, message) => {
    for (const { queueArn, raw } of subscriptions.get(topicArn) ?? []) {
      const envelope = {
        Type: 'Notification',
        MessageId: randomUUID(),
        TopicArn: topicArn,
        Message: message,
        Timestamp: new Date().toISOString(),
      };
      queues.send(queueArn, raw ? message : JSON.stringify(envelope));
    }
  };
}
