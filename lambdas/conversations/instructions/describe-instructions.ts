import * as z from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { InstructionChannel, InstructionScope } from '#domain/conversations/talk/instructions/instructions.ts';
import { refusals } from '#lambdas/describe-refusals.ts';
import { chosenClinic, doorErrors, inPath, json, operationsOf, sent } from '#lambdas/describe-signed-in.ts';
import { bodyRefusals } from '#lambdas/json-body.ts';
import {
  changed,
  Drafted,
  noDraft,
  noSuchPage,
  noSuchText,
  noSuchVersion,
  notSpoken,
  Page,
  Previewed,
  publishedAlready,
  RolledBack,
  tagNeeded,
} from './answer-instruction-request.ts';

const Instant = z.iso.datetime({ precision: 3 });
const ETag = z.string().meta({ description: 'Of the text as it stands, for If-Match.', example: '"v3.d7"' });
const place = { channel: InstructionChannel, scope: InstructionScope };

const ListedVersion = z.object({
  version: z.int(),
  publishedAt: Instant,
  publishedBy: z.string().optional().meta({ description: 'The `sub` of whoever published it, or `cli`.' }),
  restoredFrom: z.int().optional().meta({ description: 'It has the text of this earlier version.' }),
  characters: z.int(),
});
const Version = ListedVersion.extend({ text: z.string() });
const State = z
  .object({
    ...place,
    etag: ETag,
    published: Version.meta({ id: 'PublishedInstructions' }).nullable().meta({ description: 'What agents go by.' }),
    draft: z
      .object({ text: z.string(), savedAt: Instant, savedBy: z.string() })
      .nullable()
      .meta({ description: 'What somebody is writing. Agents do not see it.' }),
  })
  .meta({ id: 'Instructions' });
const Preview = z
  .object({
    ...place,
    role: z.enum(['single', 'receptionist', 'supervisor']),
    language: z.string(),
    of: z.enum(['request', 'draft', 'published']).meta({ description: 'Whose text was put into the prompt.' }),
    prompt: z.string().meta({ description: 'All an agent is told, with what the platform puts around the text.' }),
  })
  .meta({ id: 'PreviewedInstructions' });

const ifMatch = z.string().meta({
  param: { name: 'If-Match', in: 'header' },
  description: 'The ETag of the text that was read.',
  example: '"v3.d7"',
});
const query = (name: keyof typeof Page.shape, description: string) =>
  Page.shape[name].meta({ param: { name, in: 'query' }, description });

const of = '/api/instructions/{channel}/{scope}';
const here = [chosenClinic, inPath('channel', InstructionChannel), inPath('scope', InstructionScope)];
const asItStands = (description: string) => ({ ...json(description, State), headers: z.object({ ETag }) });
const operation = operationsOf('instructions');
const errors = (...answers: Parameters<typeof refusals>[0]) => refusals(answers, doorErrors);
const writes = [noSuchText, changed, tagNeeded];

/** What a clinic tells its agents: drafted, looked at, published, taken back. */
export const instructionPaths = (): ZodOpenApiPathsObject => ({
  '/api/instructions': {
    get: operation('listInstructions', 'Read every text of a channel', {
      parameters: [
        chosenClinic,
        InstructionChannel.optional().meta({
          param: { name: 'channel', in: 'query' },
          description: '`voice` when it is left out.',
        }),
      ],
      responses: { '200': json('As they stand', z.object({ instructions: z.array(State) })), ...errors(noSuchText) },
    }),
  },
  [of]: {
    get: operation('readInstructions', 'Read a text', {
      parameters: here,
      responses: { '200': asItStands('As it stands'), ...errors(noSuchText) },
    }),
  },
  [`${of}/draft`]: {
    put: operation('draftInstructions', 'Save a draft', {
      parameters: [...here, ifMatch],
      requestBody: sent(Drafted),
      responses: { '200': asItStands('Saved'), ...errors(...writes, ...bodyRefusals) },
    }),
  },
  [`${of}/preview`]: {
    post: operation('previewInstructions', 'See the whole prompt with a text in it', {
      description: 'The text that is sent, or the draft, or what is published. Nothing is changed.',
      parameters: here,
      requestBody: sent(Previewed, false),
      responses: {
        '200': json('The prompt', Preview),
        ...errors(noSuchText, ...bodyRefusals, notSpoken(['…'])),
      },
    }),
  },
  [`${of}/publish`]: {
    post: operation('publishInstructions', 'Publish the draft as the next version', {
      description: 'It never changes. Calls that are on go on by the versions they began with.',
      parameters: [...here, ifMatch],
      responses: { '201': asItStands('Published'), ...errors(...writes, noDraft) },
    }),
  },
  [`${of}/roll-back`]: {
    post: operation('rollBackInstructions', 'Publish the text of an earlier version again', {
      parameters: [...here, ifMatch],
      requestBody: sent(RolledBack),
      responses: {
        '201': asItStands('Published'),
        ...errors(...writes, noSuchVersion, publishedAlready, ...bodyRefusals),
      },
    }),
  },
  [`${of}/versions`]: {
    get: operation('listInstructionVersions', 'List the versions of a text', {
      parameters: [
        ...here,
        query('before', 'Only versions older than this one.'),
        query('limit', 'As many as this, at most 50; 20 when it is left out.'),
      ],
      responses: {
        '200': json(
          'Newest first',
          z.object({
            versions: z.array(ListedVersion.meta({ id: 'ListedInstructions' })),
            next: z
              .int()
              .optional()
              .meta({ description: 'Send it as `before` for the next page; absent on the last.' }),
          }),
        ),
        ...errors(noSuchText, noSuchPage),
      },
    }),
  },
  [`${of}/versions/{version}`]: {
    get: operation('readInstructionVersion', 'Read a version', {
      parameters: [...here, inPath('version')],
      responses: {
        '200': json('As it was published', Version.extend(place).meta({ id: 'InstructionVersion' })),
        ...errors(noSuchText, noSuchVersion),
      },
    }),
  },
});
