import * as z from 'zod';
import type { ZodOpenApiPathsObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { Clinic } from '#domain/clinics/clinic.ts';
import { refusals as refusalsOf } from '#lambdas/describe-refusals.ts';
import { chosenClinic, doorErrors, operationsOf } from '#lambdas/describe-signed-in.ts';
import { type Collection, collections, RecipientStatus } from './collections.ts';
import { refusals, refuse, SettingsError, type SettingsRefusal } from './refusals.ts';
import { acknowledgement, type Section, sections } from './sections.ts';

const etag = z.object({ ETag: z.string().meta({ header: {}, description: 'What was read, for If-Match.' }) });
const ifMatch = z.string().meta({
  param: { name: 'If-Match', in: 'header' },
  description: 'The ETag of what was read. Any change of the clinic makes another one.',
  example: '"3"',
});

const json = (description: string, schema: z.ZodType) => ({
  description,
  headers: etag,
  content: { 'application/json': { schema } },
});

/** Refusals of those statuses, with their codes and what each advises. */
function errors(...statuses: number[]): ZodOpenApiResponsesObject {
  const codes = Object.keys(refusals) as SettingsRefusal[];
  const told = codes.map((code) => refuse(code)).filter(({ status }) => statuses.includes(status));
  const all = refusalsOf(told, doorErrors);
  // Those of the door have other codes.
  const own = Object.entries(all).filter(([status]) => !(status in doorErrors));
  const typed = own.map(([status, { description }]) => [
    status,
    { description, content: { 'application/json': { schema: SettingsError } } },
  ]);
  return { ...all, ...Object.fromEntries(typed) };
}

const writes = [400, 404, 405, 409, 412, 413, 422, 428];
const operation = operationsOf('settings');

const camel = (section: string): string =>
  section.replaceAll(/(?:^|-)([a-z])/g, (_match, letter: string) => letter.toUpperCase());

const mapped = <From, To>(
  table: Readonly<Record<string, From>>,
  to: (name: string, from: From) => To,
): Record<string, To> => Object.fromEntries(Object.entries(table).map(([name, from]) => [name, to(name, from)]));

/** Each once, so that it has one name in the description. */
const answers = mapped(sections, (section, { body }) => z.object(body.shape).meta({ id: `${camel(section)}Settings` }));
const entries = mapped(collections, (section, { body, key }) =>
  z
    .object({
      id: z.string().meta({ description: 'In the path of this entry.' }),
      ...body.shape,
      ...(key === 'recipients' && { state: RecipientStatus }),
    })
    .meta({ id: `${camel(section)}Entry` }),
);

const sentBody = (schema: z.ZodObject) => ({
  required: true,
  content: { 'application/json': { schema } },
});

function sectionPaths(section: string, { body }: Section): ZodOpenApiPathsObject {
  const answer = answers[section] as z.ZodType;
  const sent = section === 'email' ? z.strictObject({ ...body.shape, ...acknowledgement }) : body;
  return {
    [`/api/settings/${section}`]: {
      get: operation(`read${camel(section)}`, `Read ${section}`, {
        parameters: [chosenClinic],
        responses: { '200': json('As it stands', answer), ...errors() },
      }),
      put: operation(`replace${camel(section)}`, `Replace ${section} as a whole`, {
        parameters: [chosenClinic, ifMatch],
        requestBody: sentBody(sent.meta({ id: `${camel(section)}Sent` })),
        responses: { '200': json('As it stands now', answer), ...errors(...writes) },
      }),
    },
  };
}

function collectionPaths(section: string, collection: Collection): ZodOpenApiPathsObject {
  const { key, body, operatorsAlone } = collection;
  const entry = entries[section] as z.ZodType;
  const sent = body.meta({ id: `${camel(section)}Sent` });
  const id = z.string().meta({ param: { name: 'id', in: 'path' } });
  const tooOften = key === 'recipients' ? [429] : [];
  return {
    [`/api/settings/${section}`]: {
      get: operation(`list${camel(section)}`, `List ${section}`, {
        parameters: [chosenClinic],
        responses: { '200': json('In the order of the clinic', z.object({ [key]: z.array(entry) })), ...errors() },
      }),
      ...(!operatorsAlone && {
        post: operation(`add${camel(section)}`, `Add one of ${section}`, {
          parameters: [chosenClinic, ifMatch],
          requestBody: sentBody(sent),
          responses: {
            '201': json('Added', entry),
            ...(key === 'recipients' && { '200': json('Awaited already, and asked once more', entry) }),
            ...errors(...writes, ...tooOften),
          },
        }),
      }),
    },
    [`/api/settings/${section}/{id}`]: {
      get: operation(`readOneOf${camel(section)}`, `Read one of ${section}`, {
        parameters: [chosenClinic, id],
        responses: { '200': json('As it stands', entry), ...errors(404) },
      }),
      put: operation(`replaceOneOf${camel(section)}`, `Replace one of ${section}`, {
        parameters: [chosenClinic, id, ifMatch],
        requestBody: sentBody(sent),
        responses: { '200': json('As it stands now', entry), ...errors(...writes) },
      }),
      ...(!operatorsAlone && {
        delete: operation(`remove${camel(section)}`, `Take out one of ${section}`, {
          parameters: [chosenClinic, id, ifMatch],
          responses: { '204': { description: 'Gone', headers: etag }, ...errors(404, 405, 409, 412, 428) },
        }),
      }),
    },
  };
}

const { status, country } = Clinic.shape;
const everything = z
  .object({
    clinic: z
      .object({ id: z.string(), status, country, version: z.int() })
      .meta({ description: 'Changed by the people who run Frontdesk alone; the version is the ETag.' }),
    ...answers,
    ...Object.fromEntries(
      Object.entries(collections).map(([section, { key }]) => [key, z.array(entries[section] as z.ZodType)]),
    ),
  })
  .meta({ id: 'Settings' });

/** The settings API, made from the schemas by which clinics are checked. */
export const settingsPaths = (): ZodOpenApiPathsObject => ({
  '/api/settings': {
    get: operation('readSettings', 'Read everything', {
      parameters: [chosenClinic],
      responses: { '200': json('All settings of the clinic', everything), ...errors() },
    }),
  },
  ...Object.assign({}, ...Object.values(mapped(sections, sectionPaths))),
  ...Object.assign({}, ...Object.values(mapped(collections, collectionPaths))),
});
