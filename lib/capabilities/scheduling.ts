import type { Env as AnswerBookingRequestEnv } from '#lambdas/scheduling/answer-booking-request.lambda.ts';
import type { Env as DescribeApiEnv } from '#lambdas/scheduling/describe-api.lambda.ts';
import type { Env as OfferFreedTimeEnv } from '#lambdas/scheduling/offer-freed-time.lambda.ts';
import type { Env as ServeCalendarFeedEnv } from '#lambdas/scheduling/serve-calendar-feed.lambda.ts';
import type { Env as SettleOfferEnv } from '#lambdas/scheduling/settle-offer.lambda.ts';
import type { Env as TendCalendarsEnv } from '#lambdas/scheduling/tend-calendars.lambda.ts';
import { Duration } from 'aws-cdk-lib';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import { LogAlarm } from '../parts/alarm.ts';
import type { Api } from '../parts/api.ts';
import { ApiFunction } from '../parts/api-function.ts';
import { allowBooking, allowDelete, allowRecord, allowSecret, allowSend, allowTable } from '../parts/rights.ts';
import { ScheduledFunction } from '../parts/scheduled-function.ts';
import { TaskFunction } from '../parts/task-function.ts';
import { workflowArn } from '../parts/workflow.ts';
import { WaitlistWorkflow } from '../waitlist-workflow.ts';

/** Of the requests the gateway lets through; a clinic's software that runs wild leaves the rest to the telephone. */
const bookingShare = 0.1;

/** Calendars: the booking API of clinic software, feeds, and what happens to times that come free. */
export class Scheduling extends Construct {
  readonly answerBookingRequest: ApiFunction<AnswerBookingRequestEnv>;

  constructor(scope: Construct, id: string, { house, api, notices }: { house: House; api: Api; notices: IQueue }) {
    super(scope, id);
    const { settings, data } = house;
    const { core, routing, audit, dataKey, clinicBindingKey } = data;
    const tables = { CORE_TABLE: core.tableName, AUDIT_TABLE: audit.tableName };
    const waitlist = workflowArn(this, settings, 'waitlist');

    this.answerBookingRequest = new ApiFunction<AnswerBookingRequestEnv>(this, 'AnswerBookingRequest', {
      house,
      api,
      routes: ['POST /api/booking'],
      requestsPerSecond: Math.floor(settings.requestsPerSecond * bookingShare),
      entry: 'lambdas/scheduling/answer-booking-request.lambda.ts',
      environment: {
        ...tables,
        ROUTING_TABLE: routing.tableName,
        BINDING_KEY_SECRET: clinicBindingKey.ref,
        WAITLIST_STATE_MACHINE_ARN: waitlist,
      },
      impact: 'Clinics’ own software cannot see or change appointments; calls are not affected.',
      timeout: Duration.seconds(10),
      memorySize: 1024,
    });
    allowBooking(this.answerBookingRequest, core, audit);
    // Only the clinic's own people block time, and give it back.
    allowDelete(this.answerBookingRequest, core, ['CLINIC#*#BLK#*']);
    allowTable(this.answerBookingRequest, routing, ['GetItem']);
    allowSecret(this.answerBookingRequest, clinicBindingKey, dataKey);
    this.answerBookingRequest.allow(['states:StartExecution'], [waitlist]);

    new ApiFunction<DescribeApiEnv>(this, 'DescribeApi', {
      house,
      api,
      routes: ['GET /api/openapi.json'],
      entry: 'lambdas/scheduling/describe-api.lambda.ts',
      environment: {},
      impact: 'Developers cannot read the description of the API; the API itself is not affected.',
      timeout: Duration.seconds(10),
    });

    const feed = new ApiFunction<ServeCalendarFeedEnv>(this, 'ServeCalendarFeed', {
      house,
      api,
      routes: ['GET /api/appointments.ics'],
      entry: 'lambdas/scheduling/serve-calendar-feed.lambda.ts',
      environment: { CORE_TABLE: core.tableName, ROUTING_TABLE: routing.tableName },
      impact: 'Doctors see an old state of their appointments in their own calendars.',
      timeout: Duration.seconds(10),
    });
    allowTable(feed, core, ['Query'], ['GSI1']);
    allowTable(feed, routing, ['GetItem']);

    const offerFreedTime = new TaskFunction<OfferFreedTimeEnv>(this, 'OfferFreedTime', {
      house,
      entry: 'lambdas/scheduling/offer-freed-time.lambda.ts',
      environment: { ...tables, NOTICES_QUEUE_URL: notices.queueUrl },
      impact: 'Patients on a waitlist do not hear of a time that came free.',
    });
    allowTable(offerFreedTime, core, ['GetItem', 'Query', 'PutItem']);
    allowDelete(offerFreedTime, core, ['CLINIC#*#CAL#*']);
    allowRecord(offerFreedTime, audit);
    allowSend(offerFreedTime, notices);
    const settleOffer = new TaskFunction<SettleOfferEnv>(this, 'SettleOffer', {
      house,
      entry: 'lambdas/scheduling/settle-offer.lambda.ts',
      environment: tables,
      impact: 'A time offered to a patient on a waitlist is not passed on to the next one.',
    });
    allowTable(settleOffer, core, ['GetItem', 'Query', 'PutItem']);
    allowDelete(settleOffer, core, ['CLINIC#*#CAL#*']);
    allowRecord(settleOffer, audit);
    new WaitlistWorkflow(this, 'Waitlist', { house, offerFreedTime, settleOffer });

    const tendCalendars = new ScheduledFunction<TendCalendarsEnv>(this, 'TendCalendars', {
      house,
      every: Duration.minutes(settings.reconcileEveryMinutes),
      finishes: 'calendar.tended',
      impactWhenMissing: 'Times left behind by a move that was cut off stay occupied though nobody has them.',
      entry: 'lambdas/scheduling/tend-calendars.lambda.ts',
      environment: { ...tables, ROUTING_TABLE: routing.tableName },
      impact: 'Times left behind by a move that was cut off stay occupied though nobody has them.',
      timeout: Duration.minutes(5),
    });
    allowTable(tendCalendars, core, ['GetItem', 'Query', 'ConditionCheckItem']);
    allowDelete(tendCalendars, core, ['CLINIC#*#CAL#*', 'CLINIC#*#SWEEP']);
    allowTable(tendCalendars, routing, [], ['GSI1']);

    new LogAlarm(this, 'Unauthorized', {
      house,
      name: 'booking-unauthorized',
      impact: 'A clinic’s software is refused because its key is wrong or expired; else somebody guesses keys.',
      code: 'booking.unauthorized',
      from: [this.answerBookingRequest],
      within: Duration.minutes(5),
      atLeast: 20,
    });
  }
}
