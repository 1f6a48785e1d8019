/** The Node that runs every function, and for which they are compiled. */
export const nodeVersion = 24;

/** What differs between stages. Whatever differs between clinics is data and never appears here. */
export interface StageSettings {
  stage: Stage;
  /** Where patients' data lies and every function runs, whatever the shell of the person who deploys says. */
  region: string;
  /** The domain e-mail is sent from; its DNS carries the DKIM, MAIL FROM and DMARC records. */
  mailDomain: string;
  senderAddress: string;
  /** Who is told when an alarm goes off. */
  operatorEmail: string;
  /** Where the button in an e-mail leads. */
  consoleUrl: string;
  /** A call to a number nobody has mapped: a neutral answer that takes a message, or a refusal. */
  unroutedCalls: 'generic' | 'reject';
  /** How long the e-mail waits for the vendor's analysis before it goes out honestly without. */
  analysisTimeoutSeconds: number;
  /** The same after we fetched the call ourselves: only our own queue lies in between. */
  fetchedAnalysisTimeoutSeconds: number;
  reconcileEveryMinutes: number;
  /** A call open for longer than this has lost an event. */
  maxCallMinutes: number;
  /** Nobody has written for so long: the conversation is over, and the clinic is told of it. */
  textIdleMinutes: number;
  logRetentionDays: 1 | 30 | 365;
  /** Where vendors open their sockets to the voice service; its DNS points to the load balancer. */
  voiceDomain: string;
  /** From which Retell opens its sockets, as it publishes; a second lock behind key and call. None: no such lock. */
  retellAddresses: readonly string[];
  models: Models;
  voice: VoiceLimits;
  /** How many copies of one queue worker may run, so that a flood of events leaves the ring its capacity. */
  workerConcurrency: number;
  /** Requests a second over all clinics; beyond it the gateway answers 429 and Retell tries again. */
  requestsPerSecond: number;
}

/** Names at OpenAI. A name that is gone there is alarmed as `model.misconfigured`. */
interface Models {
  /** Speaks and does everything, where a clinic has one agent. */
  realtime: string;
  /** Speaks, where a clinic has a receptionist and a supervisor. */
  receptionist: string;
  /** Stands behind the receptionist and acts. */
  supervisor: string;
  /** Answers on wires of text. */
  text: string;
  /** Reads a finished call. */
  analysis: string;
  /** Writes down what the caller said, for the record. */
  transcription: string;
}

/** How many calls at once, and how they end before a machine does. docs/scaling.md has the arithmetic. */
interface VoiceLimits {
  /** At least two, so that the loss of one loses no new call. */
  minTasks: number;
  maxTasks: number;
  callsPerTask: number;
  /** Of one clinic on one task. */
  callsPerClinic: number;
  /** Below the model's hour, so that the limit is ours and every wait of a deploy holds. */
  maxCallMinutes: number;
  /** After SIGTERM; the rest of the 120 s that Fargate grants is for handing over. */
  drainSeconds: number;
}

export const stages = ['prod', 'staging', 'local'] as const;
export type Stage = (typeof stages)[number];

/** What every stage does unless it says otherwise. */
const usual = {
  unroutedCalls: 'generic',
  analysisTimeoutSeconds: 600,
  fetchedAnalysisTimeoutSeconds: 60,
  reconcileEveryMinutes: 15,
  maxCallMinutes: 60,
  textIdleMinutes: 30,
  retellAddresses: ['100.20.5.228/32'],
  models: {
    realtime: 'gpt-realtime-2.1',
    receptionist: 'gpt-realtime-2.1-mini',
    supervisor: 'gpt-6-luna',
    text: 'gpt-6-luna',
    analysis: 'gpt-6-luna',
    transcription: 'gpt-transcribe',
  },
  voice: {
    minTasks: 2,
    maxTasks: 20,
    callsPerTask: 200,
    callsPerClinic: 50,
    maxCallMinutes: 55,
    drainSeconds: 100,
  },
  workerConcurrency: 10,
  requestsPerSecond: 200,
} as const;

const settings: Record<Stage, StageSettings> = {
  prod: {
    ...usual,
    stage: 'prod',
    region: 'eu-west-3',
    mailDomain: 'mail.frontdesk.example',
    senderAddress: 'calls@mail.frontdesk.example',
    operatorEmail: 'operators@frontdesk.example',
    consoleUrl: 'https://console.frontdesk.example',
    voiceDomain: 'voice.frontdesk.example',
    logRetentionDays: 365,
  },
  staging: {
    ...usual,
    stage: 'staging',
    region: 'eu-west-3',
    mailDomain: 'mail.staging.frontdesk.example',
    senderAddress: 'calls@mail.staging.frontdesk.example',
    operatorEmail: 'operators@frontdesk.example',
    consoleUrl: 'https://console.staging.frontdesk.example',
    voiceDomain: 'voice.staging.frontdesk.example',
    logRetentionDays: 30,
    workerConcurrency: 2,
    requestsPerSecond: 50,
  },
  local: {
    ...usual,
    stage: 'local',
    region: 'eu-west-3',
    mailDomain: 'mail.local.frontdesk.example',
    senderAddress: 'calls@mail.local.frontdesk.example',
    operatorEmail: 'operators@frontdesk.example',
    consoleUrl: 'https://console.local.frontdesk.example',
    voiceDomain: 'voice.local.frontdesk.example',
    analysisTimeoutSeconds: 15,
    fetchedAnalysisTimeoutSeconds: 15,
    reconcileEveryMinutes: 1,
    maxCallMinutes: 1,
    textIdleMinutes: 2,
    logRetentionDays: 1,
    workerConcurrency: 2,
  },
};

/** Nobody said which stage, or one that does not exist. The message is one line for the person who typed it. */
export class UnknownStage extends Error {
  override readonly name = 'UnknownStage';
}

/** The settings of a stage. @throws UnknownStage */
export function settingsFor(stage: unknown): StageSettings {
  const known = stages.find((name) => name === stage);
  if (known) return settings[known];
  const problem = stage === undefined ? 'No stage was given' : `There is no stage “${String(stage)}”`;
  throw new UnknownStage(
    `${problem}: say which with -c stage=<${stages.join('|')}>; they are written in lib/settings.ts.`,
  );
}
