import type { Env as AnswerInboundCallEnv } from '#lambdas/routing/answer-inbound-call.lambda.ts';
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import { Alarm, LogAlarm } from '../parts/alarm.ts';
import type { Api } from '../parts/api.ts';
import { ApiFunction } from '../parts/api-function.ts';
import { allowSecret, allowTable } from '../parts/rights.ts';

/** Whose call is this? Asked while the telephone rings, so everything here is about seconds. */
export class Routing extends Construct {
  readonly answerInboundCall: ApiFunction<AnswerInboundCallEnv>;

  constructor(scope: Construct, id: string, { house, api }: { house: House; api: Api }) {
    super(scope, id);
    const { core, routing, inbox, dataKey, retellApiKey, clinicBindingKey } = house.data;

    const ring = new ApiFunction<AnswerInboundCallEnv>(this, 'AnswerInboundCall', {
      house,
      api,
      routes: ['POST /api/retell/inbound', 'POST /api/retell/inbound/{clinicId}'],
      entry: 'lambdas/routing/answer-inbound-call.lambda.ts',
      environment: {
        CORE_TABLE: core.tableName,
        ROUTING_TABLE: routing.tableName,
        INBOX_TABLE: inbox.tableName,
        RETELL_KEY_SECRET: retellApiKey.ref,
        BINDING_KEY_SECRET: clinicBindingKey.ref,
        UNROUTED_CALLS: house.settings.unroutedCalls,
      },
      impact: 'Callers hear an agent that does not know which clinic they called.',
      tellAfter: 1,
      timeout: Duration.seconds(5),
      // More memory is more processor: it halves the first answer of a fresh copy.
      memorySize: 1024,
    });
    this.answerInboundCall = ring;
    allowTable(ring, core, ['Query']);
    allowTable(ring, routing, ['BatchGetItem']);
    allowTable(ring, inbox, ['PutItem']);
    allowSecret(ring, retellApiKey, dataKey);
    allowSecret(ring, clinicBindingKey, dataKey);

    new Alarm(this, 'Throttled', {
      house,
      name: 'ring-throttled',
      impact: 'Callers hear an agent that does not know which clinic they called, because too many ring at once.',
      metric: ring.function.metricThrottles({ period: Duration.minutes(1) }),
    });
    new Alarm(this, 'Slow', {
      house,
      name: 'ring-slow',
      impact: 'Callers listen to silence for seconds before the agent speaks.',
      metric: ring.function.metricDuration({ period: Duration.minutes(5), statistic: 'p99' }),
      atLeast: Duration.seconds(2).toMilliseconds(),
      periods: 3,
    });
    new LogAlarm(this, 'Unrouted', {
      house,
      name: 'ring-unrouted',
      impact: 'A patient called a number that belongs to no clinic: the clinic cannot be reached on it.',
      code: 'ring.unrouted',
      from: [ring],
      within: Duration.minutes(5),
    });
    new LogAlarm(this, 'SafeAnswer', {
      house,
      name: 'ring-safe-answer',
      impact:
        'The database did not answer while a telephone rang: the agent took a message without knowing the clinic.',
      code: 'ring.safe-answer',
      from: [ring],
      within: Duration.minutes(1),
    });
  }
}
