import { Validator } from '@seriousme/openapi-schema-validator';
import { describeApi } from '#lambdas/scheduling/describe-api.ts';
import { collections } from '#lambdas/clinics/settings/collections.ts';
import { refusals } from '#lambdas/clinics/settings/refusals.ts';
import { sections } from '#lambdas/clinics/settings/sections.ts';
import { errorStatuses } from '#lambdas/scheduling/api/refusals.ts';
import { readFile } from 'node:fs/promises';

interface Description {
  openapi: string;
  paths: Record<string, Record<string, { responses: Record<string, { description: string }> } | undefined>>;
  components: { schemas: Record<string, { discriminator?: { mapping: Record<string, string> }; required?: string[] }> };
}
const described = async (): Promise<Description> =>
  JSON.parse(JSON.stringify((await describeApi()()).body)) as Description;

const actions = [
  'availability',
  'hold',
  'book',
  'reschedule',
  'cancel',
  'status',
  'block',
  'unblock',
  'list',
  'get',
  'waitlist',
  'clinic',
];

test('the description is OpenAPI 3.1 by the word of a validator', async () => {
  const description = await described();
  expect(description.openapi).toBe('3.1.0');
  // One line would be taken for the name of a file.
  const { valid } = await new Validator().validate(JSON.stringify(description, undefined, 1));
  expect(valid).toBe(true);
});

test('every action is described by its name, what it takes and what it answers', async () => {
  const { schemas } = (await described()).components;
  for (const union of ['BookingRequest', 'BookingAnswer']) {
    const mapping = schemas[union]?.discriminator?.mapping ?? {};
    expect(Object.keys(mapping)).toEqual(actions);
    for (const target of Object.values(mapping)) {
      expect(schemas).toHaveProperty([target.replace('#/components/schemas/', '')]);
    }
  }
  expect(schemas.RescheduleRequest?.required).toEqual(['action', 'appointmentId']);
});

test('every setting is described by its own path', async () => {
  const { paths, components } = await described();
  for (const section of Object.keys(sections))
    expect(Object.keys(paths[`/api/settings/${section}`]!)).toEqual(['get', 'put']);
  for (const [section, { operatorsAlone }] of Object.entries(collections)) {
    const [all, one] = [paths[`/api/settings/${section}`]!, paths[`/api/settings/${section}/{id}`]!];
    expect(Object.keys(all)).toEqual(['get', ...(operatorsAlone ? [] : ['post'])]);
    expect(Object.keys(one)).toEqual(['get', 'put', ...(operatorsAlone ? [] : ['delete'])]);
  }
  expect(components.schemas.HoursSent).toMatchObject({ type: 'object', properties: { weekly: expect.anything() } });
});

test('every refusal of settings is described under its status, and on the page for developers', async () => {
  const responses = Object.values((await described()).paths)
    .flatMap((item) => Object.values(item))
    .flatMap((operation) => Object.entries(operation?.responses ?? {}));
  const page = await readFile(new URL('../../../docs/settings-api.md', import.meta.url), 'utf8');
  for (const [code, [status, message]] of Object.entries(refusals)) {
    const told = responses.filter(
      ([one, { description }]) => one === String(status) && description.includes(`\`${code}\`: ${message}`),
    );
    // What only operators do is not described, so neither is that it is refused.
    expect([code, told.length > 0]).toEqual([code, code !== 'operators-only']);
    expect(page).toMatch(new RegExp(`\\| ${status} +\\|.*\`${code}\``));
  }
  for (const name of [...Object.keys(sections), ...Object.keys(collections)]) expect(page).toContain(`\`${name}\``);
});

test('every error is described under its status, with what to do', async () => {
  const responses = (await described()).paths['/api/booking']?.post?.responses ?? {};
  for (const { code, status, message } of errorStatuses) {
    expect(responses[status]?.description).toContain(`\`${code}\`: ${message}`);
  }
});

test('the page for developers tells every action and every error', async () => {
  const page = await readFile(new URL('../../../docs/booking-api.md', import.meta.url), 'utf8');
  for (const action of actions) expect(page).toContain(`"action": "${action}"`);
  for (const { code, status } of errorStatuses) expect(page).toMatch(new RegExp(`\\| ${status} +\\|.*\`${code}\``));
});

test('anybody may read it, from a page of theirs too', async () => {
  expect(await describeApi()()).toMatchObject({
    status: 200,
    headers: { 'cache-control': 'public, max-age=3600', 'access-control-allow-origin': '*' },
  });
});
