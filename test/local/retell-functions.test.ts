import type Retell from 'retell-sdk';
import type { FunctionDefinition } from '#local/vendors/retell/call-function.ts';
import { functionDefinitions } from '#local/vendors/retell/function-definitions.ts';
import type { FunctionOutcome, TimelineStep } from '#local/vendors/retell/timeline.ts';
import type { Answer, Received } from './receiving-api.ts';
import { clinic, detailOf, metadata, ourApi, startWorld, variables, type World } from './retell-world.ts';

let world: World;
afterEach(() => world.stop());

/** A function's request as our route gets it. */
interface FunctionCalled {
  name: string;
  args: Record<string, unknown>;
  call: Retell.PhoneCallResponse;
}

const prefix = '/api/functions/';
const toolOf = ({ path }: Received): string | undefined =>
  path.startsWith(prefix) ? path.slice(prefix.length) : undefined;

/** What arrived, in its order: the event, or the function. */
const arrived = ({ received }: World['api']): string[] => received.map((one) => toolOf(one) ?? one.event);

const requestsOf = ({ received }: World['api'], tool: string): FunctionCalled[] =>
  received.filter((one) => toolOf(one) === tool).map(({ body }) => body as object as FunctionCalled);

const callsOf = ({ received }: World['api'], event: string): Retell.PhoneCallResponse[] =>
  received.filter((one) => one.event === event).map(({ body }) => body.call);

const outcomesOf = (steps: readonly TimelineStep[]): FunctionOutcome[] =>
  steps.flatMap((step) => (step.step === 'function-called' ? [step.detail] : []));

const never = (): never => {
  throw new Error('there was none');
};

type Body = Record<string, unknown>;
/** How our side answers a function the first, second … time it is asked; the last answer stands for all later ones. */
type Answers = Record<string, readonly (Body | number | 'never')[]>;

const ok: Body = { code: 'OK', say: 'Voilà.' };
const saying = (say: string, more: Body = {}): Body => ({ ...ok, say, ...more });

/** Our side as ever, which tells the flow at the ring where it is: the address of a function may hold a variable. */
const ourApiFound = (request: Received): Answer =>
  request.event === 'call_inbound'
    ? { status: 200, body: { call_inbound: { dynamic_variables: { ...variables, api: world.api.url }, metadata } } }
    : ourApi(request);

/** The stand-in with the functions of the product as they would be configured at the vendor, answered by name. */
async function startFunctions(
  answers: Answers = {},
  change: (definition: FunctionDefinition) => Partial<FunctionDefinition> = () => ({}),
  options: Parameters<typeof startWorld>[1] = {},
): Promise<World> {
  const asked = new Map<string, number>();
  const answer = (request: Received): Answer => {
    const tool = toolOf(request);
    if (tool === undefined) return ourApiFound(request);
    const nth = asked.get(tool) ?? 0;
    asked.set(tool, nth + 1);
    const told = answers[tool] ?? [ok];
    const one = told[Math.min(nth, told.length - 1)] ?? ok;
    if (one === 'never') return 'never';
    return typeof one === 'number' ? { status: one } : { status: 200, body: one };
  };
  const functions = functionDefinitions('{{api}}').map((definition) => ({ ...definition, ...change(definition) }));
  return startWorld(answer, { functions, ...options });
}

/** Retell's setting for one function, the others left as they are. */
const only =
  (tool: string, changes: Partial<FunctionDefinition>) =>
  ({ name }: FunctionDefinition) =>
    name === tool ? changes : {};

test('the functions of a talk are called one after the other, between the start of the call and its end', async () => {
  const [started, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const answer = (request: Received): Answer => {
    if (request.event === 'call_started') started.resolve();
    if (request.event === 'call_ended') ended.resolve();
    // Whoever asks before the start was told is to ask again: sent only after the talk, it would never be told.
    const early = !world.api.events().includes('call_started');
    if (toolOf(request)) return early ? { status: 503 } : { status: 200, body: ok };
    return ourApiFound(request);
  };
  const retryMs = 500;
  const analysisMs = 600;
  world = await startWorld(answer, {
    functions: functionDefinitions('{{api}}').map((one) => ({ ...one, max_retry: 1 })),
    wait: async (ms) => {
      if (ms === retryMs) await started.promise;
      if (ms === analysisMs) await ended.promise;
    },
  });
  const steps = await world.call('books-in-french');

  expect([...new Set(arrived(world.api))].filter((name) => name !== 'call_started')).toEqual([
    'call_inbound',
    'verify_patient',
    'find_available_times',
    'book_appointment',
    'call_ended',
    'call_analyzed',
  ]);
  expect(outcomesOf(steps)).toEqual(
    ['verify_patient', 'find_available_times', 'book_appointment'].map((name) => ({
      name,
      code: 'OK',
      say: 'Voilà.',
      expected: ['OK'],
      tookMs: expect.any(Number),
    })),
  );
});

test('a function gets the call as it stands: running, with what was said so far and itself as the last entry', async () => {
  world = await startFunctions({ find_available_times: [saying('Mardi à 9 heures ?', { first_time: '09:00' })] });
  await world.call('books-in-french');
  const [started] = callsOf(world.api, 'call_started');
  const [ended] = callsOf(world.api, 'call_ended');
  const [verified, ...more] = requestsOf(world.api, 'verify_patient');
  const [booked] = requestsOf(world.api, 'book_appointment');
  expect(more).toEqual([]);

  for (const request of [verified, booked]) {
    expect(request?.call).toMatchObject({
      call_id: started?.call_id,
      call_status: 'ongoing',
      start_timestamp: started?.start_timestamp,
      from_number: '+12025550117',
      to_number: clinic.number,
      metadata,
    });
    expect(request?.call.retell_llm_dynamic_variables).toMatchObject(variables);
    for (const field of ['end_timestamp', 'duration_ms', 'disconnection_reason', 'recording_url', 'call_cost']) {
      expect(request?.call).not.toHaveProperty(field);
    }
    const { transcript_with_tool_calls: entries = [], transcript_object: said = [], transcript = '' } = request!.call;
    expect(entries.at(-1)).toEqual({
      role: 'tool_call_invocation',
      tool_call_id: expect.stringMatching(/^tool_call_\w+$/),
      name: request?.name,
      arguments: expect.any(String),
    });
    expect(ended?.transcript?.startsWith(transcript)).toBe(true);
    expect(transcript.length).toBeLessThan(ended?.transcript?.length ?? 0);
    expect(transcript.endsWith(said.at(-1)?.content ?? '?')).toBe(true);
  }
  expect(verified?.call.transcript).toMatch(/User: Théo Rivière, né le 14 mars 2020\..*mère\.$/);
  // By then the earlier ones are there with their answers, and what was answered was said.
  const roles = booked?.call.transcript_with_tool_calls?.map(({ role }) => role);
  expect(roles?.filter((role) => role.startsWith('tool_call'))).toEqual([
    'tool_call_invocation',
    'tool_call_result',
    'tool_call_invocation',
    'tool_call_result',
    'tool_call_invocation',
  ]);
  expect(booked?.call.transcript).toContain('Agent: Mardi à 9 heures ?\nUser: Le premier, ce sera très bien.');
  // At the end all three are answered.
  const results = ended?.transcript_with_tool_calls?.filter(({ role }) => role === 'tool_call_result');
  expect(results).toHaveLength(3);
  expect(results?.[1]).toMatchObject({ content: expect.stringContaining('Mardi à 9 heures ?'), successful: true });
});

test('the model fills in what it heard; constants come from the variables of the call', async () => {
  world = await startFunctions();
  await world.call('books-in-french');
  const [{ name, args, call } = never()] = requestsOf(world.api, 'find_available_times');
  expect({ name, args }).toEqual({
    name: 'find_available_times',
    args: {
      doctor: 'le docteur Awa Exemple',
      appointment_type: 'consultation',
      part_of_day: 'morning',
      clinic_id: clinic.id,
    },
  });
  // The constant is no word of the model's.
  const invocation = call.transcript_with_tool_calls?.at(-1) as { arguments: string };
  const { clinic_id: constant, ...extracted } = args;
  expect(constant).toBe(clinic.id);
  expect(JSON.parse(invocation.arguments)).toEqual(extracted);
});

test('a constant of a variable nobody set stays in its braces', async () => {
  world = await startFunctions({}, ({ parameters }) => ({
    parameters: {
      type: 'object',
      properties: { ...(parameters?.properties as object), desk: { type: 'string', const: '{{desk_id}}' } },
    },
  }));
  await world.call('books-in-french');
  expect(requestsOf(world.api, 'verify_patient')[0]?.args).toMatchObject({ clinic_id: clinic.id, desk: '{{desk_id}}' });
});

test('only arguments are sent where the function is configured so', async () => {
  world = await startFunctions({}, only('verify_patient', { args_at_root: true }));
  await world.call('books-in-french');
  const [sent] = world.api.received.filter((one) => toolOf(one) === 'verify_patient');
  expect(sent?.body).toEqual({
    patient_name: 'Théo Rivière',
    date_of_birth: '2020-03-14',
    date_of_birth_said: 'in_words',
    caller_name: 'Inès Rivière',
    clinic_id: clinic.id,
  });
});

test('what fails is tried again as often as the function allows, with the same bytes, and then the talk goes on', async () => {
  const waits: number[] = [];
  world = await startFunctions(
    { verify_patient: [500], find_available_times: [503], book_appointment: [429] },
    only('verify_patient', { max_retry: 3 }),
    {
      wait: async (ms) => {
        waits.push(ms);
      },
    },
  );
  const steps = await world.call('books-in-french');

  // As we define them: what only reads is tried once more, what writes never.
  const attempts = { verify_patient: 4, find_available_times: 2, book_appointment: 1 };
  for (const [tool, count] of Object.entries(attempts)) {
    const requests = requestsOf(world.api, tool);
    expect({ tool, count: requests.length }).toEqual({ tool, count });
    for (const request of requests) expect(request).toEqual(requests[0]);
  }
  expect(waits.filter((ms) => ms !== 400 && ms !== 600)).toEqual([500, 1_000, 2_000, 500]);
  expect(outcomesOf(steps)).toEqual([
    { name: 'verify_patient', expected: ['OK'], error: '500', tookMs: expect.any(Number) },
    { name: 'find_available_times', expected: ['OK'], error: '503', tookMs: expect.any(Number) },
    { name: 'book_appointment', expected: ['OK'], error: '429', tookMs: expect.any(Number) },
  ]);
  const [ended] = callsOf(world.api, 'call_ended');
  expect(ended?.transcript_with_tool_calls?.map(({ role }) => role)).not.toContain('tool_call_result');
});

test('an attempt that succeeds ends the attempts', async () => {
  world = await startFunctions({ find_available_times: [503, saying('Mardi ?')] });
  const steps = await world.call('books-in-french');
  expect(requestsOf(world.api, 'find_available_times')).toHaveLength(2);
  expect(outcomesOf(steps)[1]).toMatchObject({ code: 'OK', say: 'Mardi ?' });
});

test('an answer that takes longer than the function allows is none', async () => {
  world = await startFunctions({ find_available_times: ['never', ok], book_appointment: ['never'] }, ({ name }) =>
    name === 'verify_patient' ? {} : { timeout_ms: 60 },
  );
  const steps = await world.call('books-in-french');
  expect(outcomesOf(steps)).toMatchObject([
    { name: 'verify_patient', code: 'OK' },
    { name: 'find_available_times', code: 'OK' },
    { name: 'book_appointment', error: 'no answer within 60 ms' },
  ]);
});

test('response variables are found by dotted path, kept as text, said, and handed to the next function', async () => {
  world = await startFunctions(
    {
      verify_patient: [
        {
          code: 'OK',
          spoken: { text: 'Merci, c’est vérifié.' },
          doctors: ['Awa', 'Koffi'],
          count: 3,
          nothing: null,
          open: false,
        },
      ],
    },
    only('verify_patient', {
      response_variables: {
        verify_patient_say: 'spoken.text',
        chosen_doctor: 'doctors',
        // What is not there, or null, is as if it had not been asked for.
        chosen_day: 'spoken.day.name',
        chosen_date: 'nothing',
        clinic_id: 'open',
        clinic_name: 'count',
      },
    }),
  );
  await world.call('books-in-french');
  const [{ args } = never()] = requestsOf(world.api, 'find_available_times');
  expect(args).toMatchObject({ doctor: '["Awa","Koffi"]', clinic_id: 'false' });
  const [ended] = callsOf(world.api, 'call_ended');
  expect(ended?.transcript).toContain('\nAgent: Merci, c’est vérifié.\n');
  // What was given at the ring stays what was given; what was stored since is stored beside it.
  expect(ended?.retell_llm_dynamic_variables).toMatchObject({ clinic_id: clinic.id, clinic_name: 'Clinique du Lac' });
  expect(ended?.collected_dynamic_variables).toMatchObject({ chosen_doctor_name: '["Awa","Koffi"]' });
});

test('after a function that failed, variables keep what an earlier answer stored', async () => {
  world = await startFunctions({
    book_appointment: [saying('Ce créneau vient d’être pris.', { code: 'SLOT_TAKEN' }), saying('C’est noté.'), 500],
  });
  // The other caller books in between, so that the third booking is this caller's second.
  const steps = await world.call('slot-taken-meanwhile');
  const [, ended] = callsOf(world.api, 'call_ended');
  const [first, second] = outcomesOf(steps).filter(({ name }) => name === 'book_appointment');
  expect([first?.code, second?.error]).toEqual(['OK', '500']);
  expect(ended?.transcript?.match(/^Agent: C’est noté\./gm)).toHaveLength(2);
});

test('an answer so long that it is cut in the middle says nothing', async () => {
  world = await startFunctions({
    verify_patient: [saying('Je n’ai pas fini.', { filler: 'x'.repeat(20_000) })],
  });
  const steps = await world.call('books-in-french');
  expect(outcomesOf(steps)).toMatchObject([
    { name: 'verify_patient', error: 'the answer is not a JSON object' },
    { name: 'find_available_times', code: 'OK' },
    { name: 'book_appointment', code: 'OK' },
  ]);
  const [ended] = callsOf(world.api, 'call_ended');
  const [cut] = ended?.transcript_with_tool_calls?.filter(({ role }) => role === 'tool_call_result') ?? [];
  expect((cut as { content: string }).content).toHaveLength(15_000);
  expect(ended?.transcript).not.toContain('Je n’ai pas fini.');
  // Nothing was stored, so the caller hears the braces, as at the vendor's.
  const warnings = steps.flatMap((step) => (step.step === 'warning' ? [step.detail.text] : []));
  expect(warnings).toEqual([expect.stringContaining('{{verify_patient_say}}')]);
});

test('a call meanwhile is a whole call of its own, and the first one goes on after it', async () => {
  world = await startFunctions();
  const steps = await world.call('slot-taken-meanwhile');
  const first = detailOf(steps, 'ringing').callId;
  const told = world.api.received.map((one) => {
    const id = one.event === 'call_inbound' ? one.body.call_inbound.call_id : one.body.call.call_id;
    return `${id === first ? 'first' : 'other'} ${toolOf(one) ?? one.event}`;
  });
  const inOrder = told.filter((name) => !name.includes(' call_'));
  expect(inOrder).toEqual([
    'first find_available_times',
    'other find_available_times',
    'other book_appointment',
    'first book_appointment',
    'first book_appointment',
  ]);
  // All of the other's events are in before the first caller says another word.
  const untilFirstGoesOn = told.slice(0, told.indexOf('first book_appointment'));
  expect(untilFirstGoesOn.filter((name) => name.startsWith('other call_')).sort()).toEqual([
    'other call_analyzed',
    'other call_ended',
    'other call_inbound',
    'other call_started',
  ]);
  expect(detailOf(steps, 'another-call')).toMatchObject({
    when: 'meanwhile',
    from: '+12025550152',
    functions: [
      { name: 'find_available_times', code: 'OK' },
      { name: 'book_appointment', code: 'OK' },
    ],
  });
  // The timeline is the first caller's: the other's functions are told in that one line.
  expect(outcomesOf(steps).map(({ name }) => name)).toEqual([
    'find_available_times',
    'book_appointment',
    'book_appointment',
  ]);
  const [{ call } = never()] = requestsOf(world.api, 'book_appointment').filter((one) => one.call.call_id === first);
  expect(call.transcript).not.toContain('Nour Lagune');
});

test('what an earlier call of the same patient stored is known as earlier', async () => {
  world = await startFunctions({
    book_appointment: [saying('Booked.', { date: '2026-12-01', time: '09:15' })],
  });
  await world.call('cancels', {}, { ...clinic, language: 'en' });
  expect(requestsOf(world.api, 'cancel_appointment')[0]?.args).toMatchObject({
    current_date: '2026-12-01',
    current_time: '09:15',
  });
});

test('a function that is not configured breaks the call, since a flow could not even be published with it', async () => {
  world = await startFunctions({}, undefined, { functions: [] });
  const steps = await world.call('books-in-french');
  expect(detailOf(steps, 'broken').text).toContain('no function verify_patient is configured in this workspace');
});
