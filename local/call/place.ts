import type { Scenario } from '#local/scenarios/scenario.ts';
import type { CallOptions } from '#local/vendors/retell/place-call.ts';
import type { TimelineStep } from '#local/vendors/retell/timeline.ts';
import type { LocalClinic } from '#local/local-json.ts';

/** The agent a clinic's number is bound to at Retell. A number nobody holds is answered by an agent many clinics share. */
function boundAgent(scenario: Scenario, clinic: LocalClinic, clinics: readonly LocalClinic[]): string | undefined {
  const shared = clinics.flatMap(({ agents }) => agents).find(({ kind }) => kind === 'shared');
  return (scenario.dials ? shared : clinic.agents[0])?.id;
}

export interface CallToPlace {
  scenario: Scenario;
  clinic: LocalClinic;
  /** All there are. */
  clinics: readonly LocalClinic[];
  options: CallOptions;
}

/**
 * Asks the stand-in for a call and yields its timeline as it happens.
 *
 * @throws when the stand-in cannot be reached, refuses or stops half-way
 */
export async function* placeCall(
  control: string,
  { scenario, clinic, clinics, options }: CallToPlace,
): AsyncGenerator<TimelineStep> {
  const { id, language, zone, numbers } = clinic;
  const boundAgentId = boundAgent(scenario, clinic, clinics);
  const response = await fetch(`${control}/calls`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      scenario: scenario.name,
      clinic: { id, language, zone, number: numbers[0], boundAgentId },
      options,
    }),
  });
  if (!response.ok || !response.body) {
    throw new Error(`The Retell stand-in refused the call: ${response.status} ${await response.text()}`);
  }
  let rest = '';
  let last: TimelineStep | undefined;
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) yield (last = JSON.parse(line) as TimelineStep);
  }
  if (last?.step !== 'finished') throw new Error('The Retell stand-in stopped in the middle of the call.');
}
