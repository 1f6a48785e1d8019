import { StateMachine } from 'aws-local-stepfunctions';
import { createRequire } from 'node:module';
import { synthesize } from './synthesized.ts';

type Definition = ConstructorParameters<typeof StateMachine>[0];

const validate = createRequire(import.meta.url)('asl-validator') as (definition: Definition) => { isValid: boolean };

const app = await synthesize('prod');

function readDefinition(): Definition {
  const machine = app
    .resources('AWS::StepFunctions::StateMachine')
    .find(({ Properties }) => Properties.StateMachineName === 'frontdesk-prod-waitlist');
  const text: string = app.resolve(machine?.Properties.DefinitionString);
  const address = 'arn:aws:lambda:eu-west-3:000000000000:function:$1';
  return JSON.parse(text.replaceAll('<Partition>', 'aws').replace(/(\w+)Function[0-9A-F]{8}\.Arn/g, address));
}

const definition = readDefinition();
const freed = { clinicId: 'a-clinic', freedId: 'an-appointment-2', startMs: 1_800_000_000_000 };

/** Runs the workflow; each step answers what the test says, in order. */
async function run(offers: object[], settlements: object[]) {
  const seen: unknown[] = [];
  const answering =
    (answers: object[]) =>
    async (input: unknown): Promise<never> => {
      seen.push(input);
      return answers.shift() as never;
    };
  const execution = new StateMachine(definition, { validationOptions: { noValidate: true } }).run(
    { freed, passedOver: [] },
    {
      overrides: {
        taskResourceLocalHandlers: { OfferFreedTime: answering(offers), SettleOffer: answering(settlements) },
        waitTimeOverrides: { AwaitAnswer: 0, AwaitMorning: 0 },
        retryIntervalOverrides: { OfferFreedTime: 0, SettleOffer: 0 },
      },
    },
  );
  await execution.result;
  return seen;
}

const offered = (entryId: string) => ({ outcome: 'offered', entryId, expiresAt: '2027-01-11T08:15:00.000Z' });

test('the definition is valid, and JSONPath throughout', () => {
  expect(validate(structuredClone(definition))).toMatchObject({ isValid: true });
  expect(JSON.stringify(definition)).not.toMatch(/QueryLanguage|JSONata|\{%/);
});

test('when nobody waits for such a time, nothing more happens', async () => {
  expect(await run([{ outcome: 'none' }], [])).toEqual([{ freed, passedOver: [] }]);
  expect(await run([{ outcome: 'matched' }], [])).toEqual([{ freed, passedOver: [] }]);
});

test('a time that is not taken is passed on to the next, until somebody takes it', async () => {
  const seen = await run(
    [offered('first'), offered('second')],
    [{ outcome: 'pass-on', passedOver: ['first'] }, { outcome: 'settled' }],
  );
  expect(seen).toEqual([
    { freed, passedOver: [] },
    { freed, passedOver: [], entryId: 'first' },
    { freed, passedOver: ['first'] },
    { freed, passedOver: ['first'], entryId: 'second' },
  ]);
});

test('whom nobody wakes is asked about again in the morning', async () => {
  const later = { outcome: 'later', at: '2027-01-11T07:00:00.000Z' };
  const asked = { freed, passedOver: [] };
  expect(await run([later, { outcome: 'matched' }], [])).toEqual([asked, asked]);
  const states = definition.States as unknown as Record<string, { Type: string; TimestampPath?: string }>;
  expect(states.AwaitMorning).toMatchObject({ Type: 'Wait', TimestampPath: '$.offer.at' });
});

test('an offer is kept for as long as it says, not for a time of its own', () => {
  const states = definition.States as unknown as Record<string, { Type: string; TimestampPath?: string }>;
  expect(states.AwaitAnswer).toMatchObject({ Type: 'Wait', TimestampPath: '$.offer.expiresAt' });
});
