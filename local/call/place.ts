import type { PickUp, Scenario, Vendor } from '#local/scenarios/scenario.ts';
import type { Disturbances } from '#local/vendors/disturb.ts';
import type { CallOptions } from '#local/vendors/retell/asked-call.ts';
import type { TimelineStep } from '#local/vendors/retell/timeline.ts';
import type { TwilioCallOptions } from '#local/vendors/twilio/asked-call.ts';
import type { LocalClinic } from '#local/local-json.ts';
import { askForCall } from './place-ours.ts';
import { NotRunning, type RunningSystem } from './running-system.ts';

/** Whose stand-in plays the call, and what is peculiar to it. */
export type Wire =
  | { vendor: 'retell'; options: Partial<CallOptions> }
  /** `withoutKey`: the socket's address carries no key, as agents of former systems have it. */
  | { vendor: 'retell-llm'; options: Partial<CallOptions>; withoutKey: boolean }
  | { vendor: 'twilio'; options: Partial<TwilioCallOptions> };

export interface CallToPlace {
  scenario: Scenario;
  clinic: LocalClinic;
  /** All there are. */
  clinics: readonly LocalClinic[];
  wire: Wire;
  /** Calls from this number instead of the scenario's. */
  from?: string;
  /** Who or what answers a call of ours. */
  pickUp?: PickUp;
}

export const vendorNames = { retell: 'Retell', 'retell-llm': 'Retell', twilio: 'Twilio' } as const satisfies Record<
  Vendor,
  string
>;

/** The agent a clinic's number is bound to at Retell. A number nobody holds is answered by an agent many clinics share. */
function boundAgent({ scenario, clinic, clinics }: CallToPlace): string | undefined {
  const shared = clinics.flatMap(({ agents }) => agents).find(({ kind }) => kind === 'shared');
  return (scenario.dials ? shared : clinic.agents[0])?.id;
}

/** Where Retell finds our model for a clinic. Without a key its slug alone must do. */
function llmSocketUrl({ voice, clinics }: RunningSystem, { slug }: LocalClinic, withoutKey: boolean): string {
  const announced = clinics.find((clinic) => clinic.slug === slug)?.llmSocketPath;
  const path = withoutKey || announced === undefined ? `/llm-websocket/${slug}` : announced;
  return `${voice.replace(/^http/, 'ws')}${path}`;
}

function calledNumber({ scenario, clinic }: CallToPlace): string {
  const [number] = clinic.numbers;
  if (number === undefined && scenario.dials === undefined) throw new Error(`${clinic.name} has no telephone number`);
  return number ?? (scenario.dials as string);
}

/** The clinic as the vendor of the wire knows it. */
function clinicAt(system: RunningSystem, asked: CallToPlace): object {
  const { clinic, wire } = asked;
  const { id, language, zone } = clinic;
  const number = calledNumber(asked);
  if (wire.vendor === 'twilio') return { number, language };
  return {
    id,
    language,
    zone,
    number,
    boundAgentId: boundAgent(asked),
    ...(wire.vendor === 'retell-llm' && { llmSocketUrl: llmSocketUrl(system, clinic, wire.withoutKey) }),
  };
}

/**
 * Asks the vendor's stand-in for a call and yields its timeline as it happens.
 *
 * @throws when the stand-in cannot be reached, refuses or stops half-way
 */
export async function* placeCall(system: RunningSystem, asked: CallToPlace): AsyncGenerator<TimelineStep> {
  const { scenario, clinic, wire, from, pickUp = 'person' } = asked;
  const name = vendorNames[wire.vendor];
  const { control } = wire.vendor === 'twilio' ? system.twilio : system.retell;
  if (control === undefined)
    throw new NotRunning(`${name} itself is connected here. Call ${calledNumber(asked)} by telephone.`);
  const disturbances: Disturbances = { cloud: system.aws.control, openai: system.openai.control };
  const { ours } = scenario;
  const response = await fetch(`${control}/${ours ? 'telephones' : 'calls'}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      scenario: scenario.name,
      clinic: clinicAt(system, asked),
      options: wire.options,
      ...(ours ? { numbers: ours.phones, pickUp } : { ...(from !== undefined && { from }), disturbances }),
    }),
  });
  if (!response.ok || !response.body) {
    throw new Error(`The ${name} stand-in refused the call: ${response.status} ${await response.text()}`);
  }
  if (ours) {
    // The telephone waits already: it rings before we have our answer.
    const via = wire.vendor === 'twilio' ? 'twilio' : 'retell';
    yield { atMs: 0, ...(await askForCall(system, { ours, clinic, via })) };
  }
  let rest = '';
  let last: TimelineStep | undefined;
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) yield (last = JSON.parse(line) as TimelineStep);
  }
  if (last?.step !== 'finished') throw new Error(`The ${name} stand-in stopped in the middle of the call.`);
}
