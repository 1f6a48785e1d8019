import { CfnOutput, Duration, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { BackendStack } from './backend-stack.ts';
import type { DataStack } from './data-stack.ts';
import type { House } from './house.ts';
import { measureCode } from './parts/alarm.ts';
import {
  allowBooking,
  allowBucket,
  allowClinicSecrets,
  allowSecret,
  allowSend,
  allowTable,
  clinicSecrets,
} from './parts/rights.ts';
import { addressOf, vendorsOf } from './parts/vendors.ts';
import { workflowArn } from './parts/workflow.ts';
import type { StageSettings } from './settings.ts';
import { FrontDoor } from './voice/front-door.ts';
import { Network } from './voice/network.ts';
import { rollBackOn, VoiceAlarms } from './voice/voice-alarms.ts';
import { VoiceTasks } from './voice/voice-tasks.ts';

interface VoiceProps extends StackProps {
  settings: StageSettings;
  data: DataStack;
  backend: BackendStack;
  /** The directory the image is built from. */
  image: string;
}

/** The service that holds live calls, and what lets vendors reach it. */
export class VoiceStack extends Stack {
  constructor(scope: Construct, id: string, { settings, data, backend, image, ...props }: VoiceProps) {
    super(scope, id, props);
    // Imported, so that no construct here writes into its policy: see DataStack.
    const operationsKey = Key.fromKeyArn(this, 'OperationsKey', data.operationsKey.keyArn);
    const house: House = { ...backend.house, operationsKey };
    const network = new Network(this, 'Network', { house });
    const frontDoor = new FrontDoor(this, 'FrontDoor', { house, network });
    const tasks = this.#tasks({ house, network, frontDoor, backend, image });
    const liveCalls = measureCode(this, 'LiveCalls', {
      house,
      code: 'voice.live',
      by: tasks,
      field: 'count',
      // Every task tells its own number: the average is the calls of one.
      statistic: 'Average',
      within: Duration.minutes(1),
    });
    this.#scale(tasks, settings, liveCalls);
    const alarms = new VoiceAlarms(this, 'Alarms', { house, frontDoor, tasks, liveCalls });
    // A deploy that asks for alarms which are not there is refused.
    tasks.service.node.addDependency(alarms);

    new CfnOutput(this, 'LoadBalancerName', { value: frontDoor.loadBalancer.loadBalancerDnsName });
  }

  /** Two, whatever the region has: each costs a NAT. Looked up when it is deployed, so that synth asks nobody. */
  override get availabilityZones(): string[] {
    return [0, 1].map((index) => Fn.select(index, Fn.getAzs()));
  }

  #tasks({
    house,
    network,
    frontDoor,
    backend,
    image,
  }: {
    house: House;
    network: Network;
    frontDoor: FrontDoor;
    backend: BackendStack;
    image: string;
  }): VoiceTasks {
    const { settings, data } = house;
    const { core, routing, inbox, audit, payloads, dataKey } = data;
    const { retellApiKey, clinicBindingKey, twilioSecret, openAiKey } = data;
    const { models, voice } = settings;
    const vendors = vendorsOf(this, settings);
    const waitlist = workflowArn(this, settings, 'waitlist');
    const tasks = new VoiceTasks(this, 'Tasks', {
      house,
      network,
      frontDoor,
      image,
      rollBackOn,
      environment: {
        CORE_TABLE: core.tableName,
        ROUTING_TABLE: routing.tableName,
        INBOX_TABLE: inbox.tableName,
        AUDIT_TABLE: audit.tableName,
        PAYLOADS_BUCKET: payloads.bucketName,
        CALL_EVENTS_QUEUE_URL: backend.callEvents.queueUrl,
        NOTICES_QUEUE_URL: backend.notices.queueUrl,
        WAITLIST_STATE_MACHINE_ARN: waitlist,
        RETELL_KEY_SECRET: retellApiKey.ref,
        CLINIC_SECRETS: clinicSecrets(settings),
        BINDING_KEY_SECRET: clinicBindingKey.ref,
        TWILIO_SECRET: twilioSecret.ref,
        OPENAI_KEY_SECRET: openAiKey.ref,
        RETELL_BASE_URL: vendors.retellBaseUrl,
        TWILIO_BASE_URL: vendors.twilioBaseUrl,
        OPENAI_BASE_URL: vendors.openAiBaseUrl,
        OPENAI_REALTIME_URL: addressOf(
          this,
          'OpenAiRealtimeUrl',
          'wss://api.openai.com/v1/realtime',
          'Where OpenAI takes sockets.',
        ),
        API_URL: backend.apiUrl,
        VOICE_URL: vendors.voiceUrl,
        REALTIME_MODEL: models.realtime,
        RECEPTIONIST_MODEL: models.receptionist,
        SUPERVISOR_MODEL: models.supervisor,
        TEXT_MODEL: models.text,
        TRANSCRIPTION_MODEL: models.transcription,
        MAX_CALLS: String(voice.callsPerTask),
        MAX_CALLS_PER_CLINIC: String(voice.callsPerClinic),
        MAX_CALL_MINUTES: String(voice.maxCallMinutes),
        DRAIN_SECONDS: String(voice.drainSeconds),
      },
    });
    allowBooking(tasks, core, audit);
    allowTable(tasks, routing, ['BatchGetItem', 'PutItem']);
    allowTable(tasks, inbox, ['PutItem']);
    allowBucket(tasks, payloads, ['PutObject']);
    allowSend(tasks, backend.callEvents);
    allowSend(tasks, backend.notices);
    for (const secret of [retellApiKey, clinicBindingKey, twilioSecret, openAiKey]) allowSecret(tasks, secret, dataKey);
    // A call may lie in the account a clinic has of its own at Retell.
    allowClinicSecrets(tasks, house, 'read');
    tasks.allow(['states:StartExecution'], [waitlist]);
    return tasks;
  }

  /** By calls first, which say in advance what processors will say too late. A task with live calls is never taken away. */
  #scale({ service }: VoiceTasks, { voice }: StageSettings, liveCalls: ReturnType<typeof measureCode>): void {
    const scaling = service.autoScaleTaskCount({ minCapacity: voice.minTasks, maxCapacity: voice.maxTasks });
    // A new task takes two minutes to stand; calls must not fill the others until then.
    const scaleOutCooldown = Duration.minutes(1);
    const scaleInCooldown = Duration.minutes(15);
    scaling.scaleToTrackCustomMetric('LiveCalls', {
      metric: liveCalls,
      targetValue: Math.floor(voice.callsPerTask * 0.6),
      scaleInCooldown,
      scaleOutCooldown,
    });
    scaling.scaleOnCpuUtilization('Processor', { targetUtilizationPercent: 60, scaleInCooldown, scaleOutCooldown });
  }
}
