import type { Env as AnalyzeCallEnv } from '#lambdas/conversations/analyze-call.lambda.ts';
import type { Env as ApplyRetentionEnv } from '#lambdas/conversations/apply-retention.lambda.ts';
import type { Env as AwaitAnalysisEnv } from '#lambdas/conversations/await-analysis.lambda.ts';
import type { Env as FetchCallEnv } from '#lambdas/conversations/fetch-call.lambda.ts';
import type { Env as AnswerInstructionRequestEnv } from '#lambdas/conversations/instructions/answer-instruction-request.lambda.ts';
import type { Env as ReceiveCallEventEnv } from '#lambdas/conversations/receive-call-event.lambda.ts';
import type { Env as ReceiveTwilioEventEnv } from '#lambdas/conversations/receive-twilio-event.lambda.ts';
import type { Env as ReceiveRelayedEventEnv } from '#lambdas/conversations/receive-relayed-event.lambda.ts';
import type { Env as ReconcileCallsEnv } from '#lambdas/conversations/reconcile-calls.lambda.ts';
import type { Env as RecordCallEventEnv } from '#lambdas/conversations/record-call-event.lambda.ts';
import type { Env as RunToolEnv } from '#lambdas/conversations/run-tool.lambda.ts';
import { Duration } from 'aws-cdk-lib';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import { Alarm, LogAlarm } from '../parts/alarm.ts';
import type { Api } from '../parts/api.ts';
import { ApiFunction } from '../parts/api-function.ts';
import { QueueWorker } from '../parts/queue-worker.ts';
import {
  allowBooking,
  allowBucket,
  allowClinicSecrets,
  allowDelete,
  allowMembership,
  allowRecord,
  allowRemoval,
  allowSecret,
  allowSend,
  allowTable,
  clinicSecrets,
} from '../parts/rights.ts';
import { ScheduledFunction } from '../parts/scheduled-function.ts';
import { TaskFunction } from '../parts/task-function.ts';
import type { Vendors } from '../parts/vendors.ts';
import { WorkQueue } from '../parts/work-queue.ts';
import { workflowArn } from '../parts/workflow.ts';

/** Of the requests the gateway lets through; a storm of events leaves the rest to the ring and the tools. */
const webhookShare = 0.55;
/** Each relayed event is a request to Retell. */
const relayShare = 0.05;

interface ConversationsProps {
  house: House;
  api: Api;
  vendors: Vendors;
  notices: IQueue;
}

/** A call's life: its events are stored once, queued in the order of the call, and merged into one item. */
export class Conversations extends Construct {
  readonly callEvents: WorkQueue;
  readonly runTool: ApiFunction<RunToolEnv>;
  readonly receiveCallEvent: ApiFunction<ReceiveCallEventEnv>;
  readonly receiveRelayedEvent: ApiFunction<ReceiveRelayedEventEnv>;
  readonly receiveTwilioEvent: ApiFunction<ReceiveTwilioEventEnv>;
  readonly recordCallEvent: QueueWorker<RecordCallEventEnv>;
  readonly analyzeCall: TaskFunction<AnalyzeCallEnv>;
  readonly awaitAnalysis: TaskFunction<AwaitAnalysisEnv>;
  readonly fetchCall: TaskFunction<FetchCallEnv>;

  constructor(scope: Construct, id: string, { house, api, vendors, notices }: ConversationsProps) {
    super(scope, id);
    const { settings, data } = house;
    const { core, routing, inbox, audit, payloads, dataKey, retellApiKey, clinicBindingKey, twilioSecret, openAiKey } =
      data;
    const postCall = workflowArn(this, settings, 'post-call');

    const recordingTimeout = Duration.seconds(30);
    const callEvents = (this.callEvents = new WorkQueue(this, 'CallEvents', {
      house,
      name: 'call-events',
      fifo: true,
      workerTimeout: recordingTimeout,
      impactWhenGivenUp: 'What happened in a call is not on record, and its clinic may wait for the e-mail.',
      impactWhenLate: 'Clinics get their e-mails late: call events wait to be recorded.',
    }));
    const inboxAndQueue = {
      INBOX_TABLE: inbox.tableName,
      PAYLOADS_BUCKET: payloads.bucketName,
      CALL_EVENTS_QUEUE_URL: callEvents.queue.queueUrl,
    };
    const intake = {
      ...inboxAndQueue,
      CORE_TABLE: core.tableName,
      RETELL_KEY_SECRET: retellApiKey.ref,
      CLINIC_SECRETS: clinicSecrets(settings),
    };

    // Of calls that lost an event each vendor is asked.
    const records = {
      RETELL_BASE_URL: vendors.retellBaseUrl,
      TWILIO_SECRET: twilioSecret.ref,
      TWILIO_BASE_URL: vendors.twilioBaseUrl,
    };

    this.runTool = this.#tools(house, api, notices);
    this.#instructions(house, api);
    this.receiveCallEvent = new ApiFunction<ReceiveCallEventEnv>(this, 'ReceiveCallEvent', {
      house,
      api,
      routes: ['POST /api/retell/webhook'],
      requestsPerSecond: Math.floor(settings.requestsPerSecond * webhookShare),
      entry: 'lambdas/conversations/receive-call-event.lambda.ts',
      environment: { ROUTING_TABLE: routing.tableName, ...intake },
      impact: 'Call events are refused: Retell tries again, then they are lost until the reconciler asks for them.',
      tellAfter: 1,
      timeout: Duration.seconds(10),
    });
    allowTable(this.receiveCallEvent, inbox, ['PutItem']);
    allowBucket(this.receiveCallEvent, payloads, ['PutObject']);
    allowSend(this.receiveCallEvent, callEvents.queue);
    allowSecret(this.receiveCallEvent, retellApiKey, dataKey);
    // A clinic's own account signs with its own key.
    allowTable(this.receiveCallEvent, routing, ['BatchGetItem']);
    allowTable(this.receiveCallEvent, core, ['GetItem']);
    allowClinicSecrets(this.receiveCallEvent, house, 'read');

    this.receiveRelayedEvent = new ApiFunction<ReceiveRelayedEventEnv>(this, 'ReceiveRelayedEvent', {
      house,
      api,
      routes: ['POST /api/n8n/retell-webhook/{clinicId}'],
      requestsPerSecond: Math.floor(settings.requestsPerSecond * relayShare),
      entry: 'lambdas/conversations/receive-relayed-event.lambda.ts',
      environment: {
        ROUTING_TABLE: routing.tableName,
        RETELL_BASE_URL: vendors.retellBaseUrl,
        BINDING_KEY_SECRET: clinicBindingKey.ref,
        ...intake,
      },
      impact: 'Calls of clinics whose events come through a relay are not recorded until the reconciler finds them.',
      // Asking Retell may take three tries.
      timeout: Duration.seconds(29),
    });
    allowTable(this.receiveRelayedEvent, core, ['GetItem', 'Query']);
    allowTable(this.receiveRelayedEvent, routing, ['BatchGetItem', 'PutItem', 'Query']);
    allowTable(this.receiveRelayedEvent, inbox, ['PutItem']);
    allowBucket(this.receiveRelayedEvent, payloads, ['PutObject']);
    allowSend(this.receiveRelayedEvent, callEvents.queue);
    allowSecret(this.receiveRelayedEvent, retellApiKey, dataKey);
    allowSecret(this.receiveRelayedEvent, clinicBindingKey, dataKey);
    allowClinicSecrets(this.receiveRelayedEvent, house, 'read');

    this.receiveTwilioEvent = new ApiFunction<ReceiveTwilioEventEnv>(this, 'ReceiveTwilioEvent', {
      house,
      api,
      routes: ['POST /api/twilio/call-status', 'POST /api/twilio/recording-status'],
      requestsPerSecond: Math.floor(settings.requestsPerSecond * webhookShare),
      entry: 'lambdas/conversations/receive-twilio-event.lambda.ts',
      environment: {
        CORE_TABLE: core.tableName,
        ROUTING_TABLE: routing.tableName,
        TWILIO_SECRET: twilioSecret.ref,
        TWILIO_BASE_URL: vendors.twilioBaseUrl,
        API_URL: api.apiEndpoint,
        ...inboxAndQueue,
      },
      impact:
        'Twilio’s events are refused and not sent again: calls that break off are not gone on with, ends are late.',
      tellAfter: 1,
      timeout: Duration.seconds(12),
    });
    allowTable(this.receiveTwilioEvent, core, ['GetItem']);
    allowTable(this.receiveTwilioEvent, routing, ['BatchGetItem']);
    allowTable(this.receiveTwilioEvent, inbox, ['PutItem']);
    allowBucket(this.receiveTwilioEvent, payloads, ['PutObject']);
    allowSend(this.receiveTwilioEvent, callEvents.queue);
    allowSecret(this.receiveTwilioEvent, twilioSecret, dataKey);

    this.recordCallEvent = new QueueWorker<RecordCallEventEnv>(this, 'RecordCallEvent', {
      house,
      from: callEvents,
      entry: 'lambdas/conversations/record-call-event.lambda.ts',
      environment: {
        CORE_TABLE: core.tableName,
        ROUTING_TABLE: routing.tableName,
        INBOX_TABLE: inbox.tableName,
        AUDIT_TABLE: audit.tableName,
        PAYLOADS_BUCKET: payloads.bucketName,
        BINDING_KEY_SECRET: clinicBindingKey.ref,
        POST_CALL_STATE_MACHINE_ARN: postCall,
        NOTICES_QUEUE_URL: notices.queueUrl,
      },
      impact: 'Calls are not recorded and no e-mail about them is begun.',
      timeout: recordingTimeout,
    });
    allowTable(this.recordCallEvent, core, ['GetItem', 'Query', 'PutItem', 'UpdateItem']);
    // Times a caller did not take are given back when the call is over.
    allowDelete(this.recordCallEvent, core, ['CLINIC#*#CAL#*']);
    allowRecord(this.recordCallEvent, audit);
    allowTable(this.recordCallEvent, routing, ['BatchGetItem', 'PutItem']);
    allowTable(this.recordCallEvent, inbox, ['GetItem', 'UpdateItem']);
    allowBucket(this.recordCallEvent, payloads, ['GetObject', 'PutObject']);
    allowSecret(this.recordCallEvent, clinicBindingKey, dataKey);
    allowSend(this.recordCallEvent, notices);
    this.recordCallEvent.allow(['states:StartExecution', 'states:SendTaskSuccess'], [postCall]);

    this.analyzeCall = new TaskFunction<AnalyzeCallEnv>(this, 'AnalyzeCall', {
      house,
      entry: 'lambdas/conversations/analyze-call.lambda.ts',
      environment: {
        CORE_TABLE: core.tableName,
        OPENAI_KEY_SECRET: openAiKey.ref,
        OPENAI_BASE_URL: vendors.openAiBaseUrl,
        ANALYSIS_MODEL: settings.models.analysis,
        ...inboxAndQueue,
      },
      impact: 'Clinics get e-mails about Twilio calls without a summary: no model reads them.',
      // A talk whose last words are being saved is thrown too, so that the workflow comes back; it is no fault.
      faults: 'caught',
      timeout: Duration.minutes(1),
    });
    allowTable(this.analyzeCall, core, ['GetItem', 'Query']);
    allowTable(this.analyzeCall, inbox, ['PutItem']);
    allowBucket(this.analyzeCall, payloads, ['PutObject']);
    allowSend(this.analyzeCall, callEvents.queue);
    allowSecret(this.analyzeCall, openAiKey, dataKey);

    this.awaitAnalysis = new TaskFunction<AwaitAnalysisEnv>(this, 'AwaitAnalysis', {
      house,
      entry: 'lambdas/conversations/await-analysis.lambda.ts',
      environment: { CORE_TABLE: core.tableName },
      impact: 'E-mails about calls are not begun: the wait for the analysis cannot start.',
    });
    allowTable(this.awaitAnalysis, core, ['GetItem', 'UpdateItem']);
    this.awaitAnalysis.allow(['states:SendTaskSuccess'], [postCall]);

    this.fetchCall = new TaskFunction<FetchCallEnv>(this, 'FetchCall', {
      house,
      entry: 'lambdas/conversations/fetch-call.lambda.ts',
      environment: { ...records, ...intake },
      impact: 'Clinics get e-mails without a summary: calls whose analysis was lost cannot be fetched from Retell.',
    });
    allowTable(this.fetchCall, core, ['GetItem']);
    allowTable(this.fetchCall, inbox, ['PutItem']);
    allowBucket(this.fetchCall, payloads, ['PutObject']);
    allowSend(this.fetchCall, callEvents.queue);
    allowSecret(this.fetchCall, retellApiKey, dataKey);
    allowClinicSecrets(this.fetchCall, house, 'read');
    allowSecret(this.fetchCall, twilioSecret, dataKey);

    this.#retention(house, records);

    const reconcileEvery = Duration.minutes(settings.reconcileEveryMinutes);
    const reconcileCalls = new ScheduledFunction<ReconcileCallsEnv>(this, 'ReconcileCalls', {
      house,
      every: reconcileEvery,
      finishes: 'reconcile.finished',
      impactWhenMissing:
        'Nobody looks for lost events: a call whose event never came stays open and without an e-mail.',
      entry: 'lambdas/conversations/reconcile-calls.lambda.ts',
      environment: {
        ROUTING_TABLE: routing.tableName,
        POST_CALL_STATE_MACHINE_ARN: postCall,
        MAX_CALL_MINUTES: String(settings.maxCallMinutes),
        RECONCILE_EVERY_MINUTES: String(settings.reconcileEveryMinutes),
        TEXT_IDLE_MINUTES: String(settings.textIdleMinutes),
        NOTICES_QUEUE_URL: notices.queueUrl,
        ...records,
        ...intake,
      },
      impact: 'Calls that lost an event are not recovered, so their clinics wait for an e-mail.',
      timeout: Duration.minutes(5),
    });
    allowTable(reconcileCalls, core, ['GetItem', 'Query', 'PutItem', 'UpdateItem'], ['GSI2']);
    allowSend(reconcileCalls, notices);
    allowTable(reconcileCalls, routing, ['BatchGetItem'], ['GSI1']);
    allowTable(reconcileCalls, inbox, ['GetItem', 'PutItem', 'UpdateItem'], ['GSI1']);
    allowBucket(reconcileCalls, payloads, ['GetObject', 'PutObject']);
    allowSend(reconcileCalls, callEvents.queue);
    allowSecret(reconcileCalls, retellApiKey, dataKey);
    allowClinicSecrets(reconcileCalls, house, 'read');
    allowSecret(reconcileCalls, twilioSecret, dataKey);
    reconcileCalls.allow(['states:StartExecution'], [postCall]);

    new LogAlarm(this, 'Quarantined', {
      house,
      name: 'event-quarantined',
      impact: 'A call could not be given to any clinic: its clinic gets no e-mail until the number is mapped.',
      code: 'event.quarantined',
      from: [this.recordCallEvent],
      within: Duration.minutes(15),
    });
    new LogAlarm(this, 'VendorBlocked', {
      house,
      name: 'vendor-blocked',
      impact:
        'Retell refuses calls of every clinic, or of one with its own account: no valid payment, or too many at once.',
      code: 'vendor.blocked',
      from: [this.recordCallEvent],
      within: Duration.minutes(1),
    });
    new LogAlarm(this, 'VendorFetchFailed', {
      house,
      name: 'vendor-fetch-failed',
      impact: 'Calls that lost an event cannot be fetched from Retell: clinics get e-mails late or without a summary.',
      code: 'vendor.fetch-failed',
      from: [reconcileCalls],
      // A refused key is one line a run: a vendor that was away for a moment answers the next one.
      within: reconcileEvery,
      periods: 2,
    });
    new LogAlarm(this, 'ClinicKeyRefused', {
      house,
      name: 'clinic-key-refused',
      impact:
        'A clinic with an account of its own at Retell is not told of calls that lost an event: its key is refused.',
      code: 'credential.refused',
      from: [reconcileCalls],
      // Its owner may be about to give another.
      within: reconcileEvery,
      periods: 2,
    });
    new LogAlarm(this, 'RestartFailed', {
      house,
      name: 'restart-failed',
      impact: 'A clinic has not been told of a call, and our new attempt to tell it could not begin.',
      code: 'workflow.restart-failed',
      from: [reconcileCalls],
      within: reconcileEvery,
    });
    new LogAlarm(this, 'SummaryGivenUp', {
      house,
      name: 'summary-given-up',
      impact: 'A clinic has not been told of a call and will not be, unless a person starts its summary again.',
      code: 'summary.given-up',
      from: [reconcileCalls],
      within: reconcileEvery,
    });
    new LogAlarm(this, 'EventGivenUp', {
      house,
      name: 'event-given-up',
      impact:
        'What happened in a call is not on record, and its clinic may wait for the e-mail: its event was given up.',
      code: 'event.given-up',
      from: [reconcileCalls],
      within: reconcileEvery,
    });
  }

  /** What clinics write for their agents. */
  #instructions(house: House, api: Api): void {
    const { core, routing, audit } = house.data;
    const answerInstructionRequest = new ApiFunction<AnswerInstructionRequestEnv>(this, 'AnswerInstructionRequest', {
      house,
      api,
      routes: [
        'GET /api/instructions',
        'GET /api/instructions/{channel}/{scope}',
        'PUT /api/instructions/{channel}/{scope}/draft',
        'POST /api/instructions/{channel}/{scope}/preview',
        'POST /api/instructions/{channel}/{scope}/publish',
        'POST /api/instructions/{channel}/{scope}/roll-back',
        'GET /api/instructions/{channel}/{scope}/versions',
        'GET /api/instructions/{channel}/{scope}/versions/{version}',
      ],
      signedIn: true,
      entry: 'lambdas/conversations/instructions/answer-instruction-request.lambda.ts',
      environment: { CORE_TABLE: core.tableName, ROUTING_TABLE: routing.tableName, AUDIT_TABLE: audit.tableName },
      impact: 'Clinics cannot change what their agents are told; calls go on by what is published.',
      timeout: Duration.seconds(10),
    });
    allowMembership(answerInstructionRequest, house.data);
    allowTable(answerInstructionRequest, core, ['GetItem', 'Query', 'PutItem']);
    allowRecord(answerInstructionRequest, audit);
  }

  /** The end of what clinics keep no longer: the one right to delete what tells of a call. */
  #retention(house: House, records: Pick<ApplyRetentionEnv, 'RETELL_BASE_URL' | 'TWILIO_SECRET' | 'TWILIO_BASE_URL'>) {
    const { core, routing, audit, payloads, dataKey, retellApiKey, twilioSecret } = house.data;
    const every = Duration.hours(6);
    const applyRetention = new ScheduledFunction<ApplyRetentionEnv>(this, 'ApplyRetention', {
      house,
      every,
      finishes: 'retention.applied',
      impactWhenMissing: 'What clinics keep no longer is not deleted: recordings, transcripts and summaries grow old.',
      entry: 'lambdas/conversations/apply-retention.lambda.ts',
      environment: {
        CORE_TABLE: core.tableName,
        ROUTING_TABLE: routing.tableName,
        AUDIT_TABLE: audit.tableName,
        PAYLOADS_BUCKET: payloads.bucketName,
        RETELL_KEY_SECRET: retellApiKey.ref,
        CLINIC_SECRETS: clinicSecrets(house.settings),
        RETENTION_EVERY_MINUTES: String(every.toMinutes()),
        ...records,
      },
      impact: 'What clinics keep no longer is deleted late.',
      timeout: Duration.minutes(14),
    });
    allowTable(applyRetention, core, ['GetItem', 'Query', 'PutItem'], ['GSI2']);
    allowDelete(applyRetention, core, ['CLINIC#*#CONV#*']);
    allowRecord(applyRetention, audit);
    allowTable(applyRetention, routing, ['Query'], ['GSI1']);
    allowRemoval(applyRetention, payloads, 'transcripts');
    allowSecret(applyRetention, retellApiKey, dataKey);
    allowClinicSecrets(applyRetention, house, 'read');
    allowSecret(applyRetention, twilioSecret, dataKey);

    new LogAlarm(this, 'RetentionFailed', {
      house,
      name: 'retention-failed',
      impact: 'Something of a clinic is kept longer than it says: its vendor or a table could not be told.',
      code: 'retention.failed',
      from: [applyRetention],
      // A vendor that was away for a moment answers the next run.
      within: every,
      periods: 2,
    });
  }

  /** What the agent can do during a call. A caller waits for each answer, so everything here is about seconds. */
  #tools(house: House, api: Api, notices: IQueue): ApiFunction<RunToolEnv> {
    const { core, routing, audit, dataKey, retellApiKey, clinicBindingKey } = house.data;
    const waitlist = workflowArn(this, house.settings, 'waitlist');
    const runTool = new ApiFunction<RunToolEnv>(this, 'RunTool', {
      house,
      api,
      routes: ['POST /api/functions/{tool}'],
      entry: 'lambdas/conversations/run-tool.lambda.ts',
      environment: {
        CORE_TABLE: core.tableName,
        ROUTING_TABLE: routing.tableName,
        AUDIT_TABLE: audit.tableName,
        RETELL_KEY_SECRET: retellApiKey.ref,
        BINDING_KEY_SECRET: clinicBindingKey.ref,
        CLINIC_SECRETS: clinicSecrets(house.settings),
        WAITLIST_STATE_MACHINE_ARN: waitlist,
        NOTICES_QUEUE_URL: notices.queueUrl,
      },
      impact: 'Callers cannot book, move or cancel: the agent says it cannot reach the calendar.',
      tellAfter: 1,
      timeout: Duration.seconds(5),
      // More memory is more processor: a caller hears the silence of a slow first answer.
      memorySize: 1024,
    });
    allowBooking(runTool, core, audit);
    allowSend(runTool, notices);
    allowTable(runTool, routing, ['BatchGetItem', 'PutItem']);
    allowSecret(runTool, retellApiKey, dataKey);
    allowClinicSecrets(runTool, house, 'read');
    allowSecret(runTool, clinicBindingKey, dataKey);
    runTool.allow(['states:StartExecution'], [waitlist]);

    new Alarm(this, 'ToolsSlow', {
      house,
      name: 'tools-slow',
      impact: 'Callers listen to silence for seconds while the agent looks into the calendar.',
      metric: runTool.function.metricDuration({ period: Duration.minutes(5), statistic: 'p95' }),
      atLeast: Duration.seconds(1).toMilliseconds(),
      periods: 3,
    });
    new LogAlarm(this, 'ToolsFailed', {
      house,
      name: 'tools-failed',
      impact: 'Callers hear that something did not work and to try again: a store did not answer in time.',
      code: 'tool.failed',
      from: [runTool],
      within: Duration.minutes(5),
      atLeast: 3,
    });
    new LogAlarm(this, 'TenantMismatch', {
      house,
      name: 'tool-tenant-mismatch',
      impact: 'A voice agent asked in the name of another clinic than the one that was called. Nothing was done.',
      code: 'tool.tenant-mismatch',
      from: [runTool],
      within: Duration.minutes(1),
    });
    new LogAlarm(this, 'ToolsUnrouted', {
      house,
      name: 'tool-unrouted',
      impact: 'A caller could not be helped: the call belongs to no clinic, or its agent sends arguments only.',
      code: 'tool.unrouted',
      from: [runTool],
      within: Duration.minutes(5),
    });
    return runTool;
  }
}
