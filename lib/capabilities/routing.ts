import type { Env as AnswerInboundCallEnv } from '#lambdas/routing/answer-inbound-call.lambda.ts';
import type { Env as AnswerTwilioCallEnv } from '#lambdas/routing/answer-twilio-call.lambda.ts';
import type { Env as ContinueTwilioCallEnv } from '#lambdas/routing/continue-twilio-call.lambda.ts';
import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import { Alarm, LogAlarm } from '../parts/alarm.ts';
import type { Api } from '../parts/api.ts';
import { ApiFunction } from '../parts/api-function.ts';
import { allowClinicSecrets, allowRecord, allowSecret, allowTable, clinicSecrets } from '../parts/rights.ts';
import type { Vendors } from '../parts/vendors.ts';

interface RoutingProps {
  house: House;
  api: Api;
  vendors: Vendors;
}

/** Whose call is this? Asked while the telephone rings, so everything here is about seconds. */
export class Routing extends Construct {
  readonly answerInboundCall: ApiFunction<AnswerInboundCallEnv>;

  readonly answerTwilioCall: ApiFunction<AnswerTwilioCallEnv>;
  readonly continueTwilioCall: ApiFunction<ContinueTwilioCallEnv>;

  constructor(scope: Construct, id: string, { house, api, vendors }: RoutingProps) {
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
        CLINIC_SECRETS: clinicSecrets(house.settings),
        UNROUTED_CALLS: house.settings.unroutedCalls,
      },
      impact: 'Callers hear an agent that does not know which clinic they called.',
      tellAfter: 1,
      timeout: Duration.seconds(5),
      // More memory is more processor: it halves the first answer of a fresh copy.
      memorySize: 1024,
    });
    this.answerInboundCall = ring;
    // A clinic's own account signs with its own key.
    allowTable(ring, core, ['GetItem', 'Query']);
    allowClinicSecrets(ring, house, 'read');
    allowTable(ring, routing, ['BatchGetItem']);
    allowTable(ring, inbox, ['PutItem']);
    allowSecret(ring, retellApiKey, dataKey);
    allowSecret(ring, clinicBindingKey, dataKey);

    this.answerTwilioCall = this.#twilioRing(house, api, vendors);
    this.continueTwilioCall = this.#twilioTurningPoints(house, api, vendors);

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
      from: [ring, this.answerTwilioCall, this.continueTwilioCall],
      within: Duration.minutes(5),
    });
    new LogAlarm(this, 'SafeAnswer', {
      house,
      name: 'ring-safe-answer',
      impact:
        'The database did not answer while a telephone rang: the agent knew no clinic, or the caller heard an apology.',
      code: 'ring.safe-answer',
      from: [ring, this.answerTwilioCall],
      within: Duration.minutes(1),
    });
  }

  /** A Twilio number rings: whose it is, and the one token that opens its stream. */
  #twilioRing(house: House, api: Api, { voiceUrl }: Vendors): ApiFunction<AnswerTwilioCallEnv> {
    const { core, routing, inbox, dataKey, twilioSecret } = house.data;
    const ring = new ApiFunction<AnswerTwilioCallEnv>(this, 'AnswerTwilioCall', {
      house,
      api,
      routes: ['POST /api/twilio/incoming-call'],
      entry: 'lambdas/routing/answer-twilio-call.lambda.ts',
      environment: {
        CORE_TABLE: core.tableName,
        ROUTING_TABLE: routing.tableName,
        INBOX_TABLE: inbox.tableName,
        TWILIO_SECRET: twilioSecret.ref,
        API_URL: api.apiEndpoint,
        VOICE_URL: voiceUrl,
      },
      impact: 'Callers of Twilio numbers hear that the call cannot be taken, or Twilio’s own error.',
      tellAfter: 1,
      timeout: Duration.seconds(10),
      memorySize: 1024,
    });
    allowTable(ring, core, ['GetItem', 'Query', 'PutItem', 'UpdateItem']);
    allowTable(ring, routing, ['BatchGetItem', 'PutItem']);
    allowTable(ring, inbox, ['PutItem']);
    allowSecret(ring, twilioSecret, dataKey);
    new Alarm(this, 'TwilioRingSlow', {
      house,
      name: 'twilio-ring-slow',
      impact: 'Callers of Twilio numbers listen to ringing for seconds before anybody answers.',
      metric: ring.function.metricDuration({ period: Duration.minutes(5), statistic: 'p99' }),
      atLeast: Duration.seconds(2).toMilliseconds(),
      periods: 3,
    });
    return ring;
  }

  /** What comes after a stream, a transfer, a number keyed in. The caller listens to silence meanwhile. */
  #twilioTurningPoints(house: House, api: Api, { voiceUrl }: Vendors): ApiFunction<ContinueTwilioCallEnv> {
    const { core, routing, audit, dataKey, twilioSecret } = house.data;
    const next = new ApiFunction<ContinueTwilioCallEnv>(this, 'ContinueTwilioCall', {
      house,
      api,
      routes: ['POST /api/twilio/after-stream'],
      entry: 'lambdas/routing/continue-twilio-call.lambda.ts',
      environment: {
        CORE_TABLE: core.tableName,
        ROUTING_TABLE: routing.tableName,
        AUDIT_TABLE: audit.tableName,
        TWILIO_SECRET: twilioSecret.ref,
        API_URL: api.apiEndpoint,
        VOICE_URL: voiceUrl,
      },
      impact: 'Callers are not put through to a person, and calls whose stream breaks end with an apology.',
      tellAfter: 1,
      timeout: Duration.seconds(10),
      memorySize: 1024,
    });
    allowTable(next, core, ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem']);
    allowTable(next, routing, ['BatchGetItem']);
    allowRecord(next, audit);
    allowSecret(next, twilioSecret, dataKey);
    new LogAlarm(this, 'StreamsBroken', {
      house,
      name: 'streams-broken',
      impact: 'Calls on Twilio numbers break off in the middle and are begun again: callers hear a gap.',
      code: 'stream.broken',
      from: [next],
      within: Duration.minutes(5),
      atLeast: 3,
    });
    new LogAlarm(this, 'TransfersFailed', {
      house,
      name: 'transfers-failed',
      impact: 'Callers who asked for a person, or needed one, found nobody: the clinics’ lines do not answer.',
      code: 'transfer.failed',
      from: [next],
      within: Duration.hours(1),
      atLeast: 5,
    });
    return next;
  }
}
