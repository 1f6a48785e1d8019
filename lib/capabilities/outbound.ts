import type { Env as AnswerCallRequestEnv } from '#lambdas/conversations/outbound/answer-call-request.lambda.ts';
import type { Env as HeedNoticeEnv } from '#lambdas/notifications/heed-notice.lambda.ts';
import type { Env as SweepRemindersEnv } from '#lambdas/notifications/sweep-reminders.lambda.ts';
import { Duration } from 'aws-cdk-lib';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import { LogAlarm } from '../parts/alarm.ts';
import type { Api } from '../parts/api.ts';
import { ApiFunction } from '../parts/api-function.ts';
import {
  allowClinicSecrets,
  allowMembership,
  allowRecord,
  allowSecret,
  allowSend,
  allowTable,
  clinicSecrets,
} from '../parts/rights.ts';
import { ScheduledFunction } from '../parts/scheduled-function.ts';
import type { TaskFunction } from '../parts/task-function.ts';
import type { Vendors } from '../parts/vendors.ts';

interface OutboundProps {
  house: House;
  api: Api;
  vendors: Vendors;
  notices: IQueue;
  /** Reminds patients, once they are due. */
  heedNotice: TaskFunction<HeedNoticeEnv>;
}

/** Calls we make: at the word of a clinic's people, and to remind patients of appointments. */
export class Outbound extends Construct {
  constructor(scope: Construct, id: string, { house, api, vendors, notices, heedNotice }: OutboundProps) {
    super(scope, id);
    const { core, routing, audit, dataKey, retellApiKey, twilioSecret, clinicBindingKey } = house.data;
    const tables = { CORE_TABLE: core.tableName, ROUTING_TABLE: routing.tableName };

    const answerCallRequest = new ApiFunction<AnswerCallRequestEnv>(this, 'AnswerCallRequest', {
      house,
      api,
      routes: ['POST /api/calls', 'GET /api/calls/{callId}', 'PUT /api/patients/{patientId}/call-consent'],
      signedIn: true,
      entry: 'lambdas/conversations/outbound/answer-call-request.lambda.ts',
      environment: {
        ...tables,
        AUDIT_TABLE: audit.tableName,
        RETELL_KEY_SECRET: retellApiKey.ref,
        CLINIC_SECRETS: clinicSecrets(house.settings),
        RETELL_BASE_URL: vendors.retellBaseUrl,
        TWILIO_SECRET: twilioSecret.ref,
        TWILIO_BASE_URL: vendors.twilioBaseUrl,
        BINDING_KEY_SECRET: clinicBindingKey.ref,
        API_URL: api.apiEndpoint,
      },
      impact: 'Clinics’ people cannot have patients called; calls that come in are not affected.',
      // A vendor is waited for as long as it may be dialling.
      timeout: Duration.seconds(25),
      memorySize: 1024,
    });
    allowMembership(answerCallRequest, { core, routing });
    allowTable(answerCallRequest, core, ['GetItem', 'Query', 'PutItem', 'UpdateItem']);
    allowTable(answerCallRequest, routing, ['PutItem']);
    allowRecord(answerCallRequest, audit);
    allowSecret(answerCallRequest, retellApiKey, dataKey);
    // A clinic's own agent calls from the clinic's own account.
    allowClinicSecrets(answerCallRequest, house, 'read');
    allowSecret(answerCallRequest, twilioSecret, dataKey);
    allowSecret(answerCallRequest, clinicBindingKey, dataKey);

    const sweepReminders = new ScheduledFunction<SweepRemindersEnv>(this, 'SweepReminders', {
      house,
      every: Duration.minutes(1),
      finishes: 'reminders.swept',
      impactWhenMissing: 'Patients are not reminded of their appointments; what is found late is told late.',
      entry: 'lambdas/notifications/sweep-reminders.lambda.ts',
      environment: { ...tables, NOTICES_QUEUE_URL: notices.queueUrl },
      impact: 'Patients are not reminded of their appointments; what is found late is told late.',
      timeout: Duration.seconds(55),
    });
    allowTable(sweepReminders, core, ['GetItem', 'BatchGetItem', 'PutItem'], ['GSI1', 'GSI2']);
    allowTable(sweepReminders, routing, [], ['GSI1']);
    allowSend(sweepReminders, notices);

    const callers = [answerCallRequest, heedNotice];
    new LogAlarm(this, 'CallsRefused', {
      house,
      name: 'outbound-calls-refused',
      impact: 'Patients are not called: the vendor does not place the calls of a clinic, or of any.',
      code: 'call.refused',
      from: callers,
      within: Duration.hours(1),
      atLeast: 3,
    });
    new LogAlarm(this, 'CallsUnknown', {
      house,
      name: 'outbound-calls-unknown',
      impact: 'Nobody knows whether patients were called: the vendor did not answer, and is not asked again.',
      code: 'call.unknown',
      from: callers,
      within: Duration.hours(1),
      atLeast: 3,
    });
  }
}
