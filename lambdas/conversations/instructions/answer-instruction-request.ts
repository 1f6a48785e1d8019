import * as z from 'zod';
import { type Clock, isoInstant } from '#domain/clock.ts';
import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { Member, MemberStore } from '#domain/clinics/members/member.ts';
import type { Right } from '#domain/clinics/members/rights.ts';
import { composeInstructions } from '#domain/conversations/talk/instructions/compose-instructions.ts';
import {
  type InstructionDrafts,
  type InstructionPlace,
  type InstructionState,
  type PublishedVersion,
  tagOf,
} from '#domain/conversations/talk/instructions/instruction-drafts.ts';
import {
  InstructionChannel,
  InstructionScope,
  type InstructionStore,
  InstructionText,
} from '#domain/conversations/talk/instructions/instructions.ts';
import { LanguageTag } from '#domain/language.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from '#lambdas/http.ts';
import { bodyOf } from '#lambdas/json-body.ts';
import { asMember } from '#lambdas/signed-in.ts';

interface Deps {
  members: Pick<MemberStore, 'of' | 'clinicNamed'>;
  clinics: Pick<ClinicStore, 'profile'>;
  drafts: InstructionDrafts;
  texts: Pick<InstructionStore, 'current'>;
  clock: Clock;
}

/** The routes of instructions and the right each asks for. */
export const instructionRoutes = {
  'GET /api/instructions': 'instructions.read',
  'GET /api/instructions/{channel}/{scope}': 'instructions.read',
  'PUT /api/instructions/{channel}/{scope}/draft': 'instructions.publish',
  'POST /api/instructions/{channel}/{scope}/preview': 'instructions.read',
  'POST /api/instructions/{channel}/{scope}/publish': 'instructions.publish',
  'POST /api/instructions/{channel}/{scope}/roll-back': 'instructions.publish',
  'GET /api/instructions/{channel}/{scope}/versions': 'instructions.read',
  'GET /api/instructions/{channel}/{scope}/versions/{version}': 'instructions.read',
} as const satisfies Record<string, Right>;

type Work = (request: HttpRequest, by: Member) => Promise<HttpAnswer>;
type PlaceWork = (request: HttpRequest, by: Member, place: InstructionPlace) => Promise<HttpAnswer>;

export const Drafted = z.strictObject({ text: InstructionText });
export const Previewed = z.strictObject({
  text: InstructionText.optional(),
  role: z.enum(['single', 'receptionist', 'supervisor']).optional(),
  language: LanguageTag.optional(),
});
export const RolledBack = z.strictObject({ version: z.int().positive() });

const Version = z
  .string()
  .regex(/^[1-9]\d{0,5}$/)
  .transform(Number);
/** Which of the versions are listed. */
export const Page = z.object({
  before: Version.optional(),
  limit: z
    .string()
    .regex(/^([1-9]|[1-4]\d|50)$/)
    .transform(Number)
    .default(20),
});

const oneOf = (words: readonly string[]): string => words.join(', ');
export const noSuchText = errorAnswer(
  404,
  'instructions-unknown',
  `Name a channel (${oneOf(InstructionChannel.options)}) and a scope (${oneOf(InstructionScope.options)}).`,
);
export const noSuchVersion = errorAnswer(
  404,
  'version-unknown',
  'There is no such version. The list of versions has them all.',
);
export const tagNeeded = errorAnswer(
  428,
  'if-match-needed',
  'Send the ETag of the text you have read as If-Match, so that nobody’s change is lost.',
);
export const changed = errorAnswer(
  412,
  'changed-meanwhile',
  'Somebody changed this text since you read it. Read it again and send your change once more.',
);
export const noDraft = errorAnswer(409, 'no-draft', 'There is no draft to publish. Save one first.');
export const publishedAlready = errorAnswer(409, 'published-already', 'This version is the one that is published now.');
export const notSpoken = (spoken: readonly string[]): HttpAnswer =>
  errorAnswer(422, 'language-not-spoken', `The clinic speaks ${oneOf(spoken)}.`);
export const noSuchPage = errorAnswer(422, 'invalid-request', 'before is a version, limit is a number from 1 to 50.');

/**
 * A clinic's own text for its agents: written as a draft, looked at with everything the platform puts around it,
 * published as a version that never changes. Calls that are on go on by the versions they began with.
 */
export function answerInstructionRequest({ members, clinics, drafts, texts, clock }: Deps) {
  const versionBody = ({ text, ...version }: PublishedVersion) => ({ ...listedBody({ text, ...version }), text });
  const listedBody = ({ version, text, publishedAtMs, publishedBy, restoredFrom }: PublishedVersion) => ({
    version,
    publishedAt: isoInstant(publishedAtMs),
    ...(publishedBy && { publishedBy }),
    ...(restoredFrom !== undefined && { restoredFrom }),
    characters: text.length,
  });
  const stateBody = ({ channel, scope }: InstructionPlace, state: InstructionState) => ({
    channel,
    scope,
    etag: tagOf(state),
    published: state.published ? versionBody(state.published) : null,
    draft: state.draft
      ? { text: state.draft.text, savedAt: isoInstant(state.draft.savedAtMs), savedBy: state.draft.savedBy }
      : null,
  });
  const stateAnswer = (status: number, place: InstructionPlace, state: InstructionState): HttpAnswer => ({
    status,
    headers: { etag: tagOf(state), 'cache-control': 'no-store' },
    body: stateBody(place, state),
  });

  /** The text of the path, which must be one. */
  const ofPlace =
    (work: PlaceWork): Work =>
    async (request, by) => {
      const channel = InstructionChannel.safeParse(request.pathParameters.channel);
      const scope = InstructionScope.safeParse(request.pathParameters.scope);
      if (!channel.success || !scope.success) return noSuchText;
      return work(request, by, { channel: channel.data, scope: scope.data });
    };

  /** The text as it stands, provided that it is the one the request was made for. */
  const seenBy = (
    work: (request: HttpRequest, by: Member, place: InstructionPlace, seen: InstructionState) => Promise<HttpAnswer>,
  ) =>
    ofPlace(async (request, by, place) => {
      const tag = request.headers['if-match'];
      if (tag === undefined) return tagNeeded;
      const seen = await drafts.read(by.clinicId, place);
      return tag === tagOf(seen) ? work(request, by, place, seen) : changed;
    });

  const actor = ({ userId }: Member, { requestId }: HttpRequest) =>
    ({ actorType: 'user', actorId: userId, requestId }) as const;

  async function publish(
    request: HttpRequest,
    by: Member,
    place: InstructionPlace,
    seen: InstructionState,
    what: Parameters<InstructionDrafts['publish']>[3],
  ): Promise<HttpAnswer> {
    const published = await drafts.publish(by.clinicId, place, seen, what, actor(by, request));
    if (published.outcome === 'changed-meanwhile') return changed;
    return stateAnswer(201, place, await drafts.read(by.clinicId, place));
  }

  const works: Record<keyof typeof instructionRoutes, Work> = {
    'GET /api/instructions': async ({ query }, { clinicId }) => {
      const channel = InstructionChannel.safeParse(query.channel ?? 'voice');
      if (!channel.success) return noSuchText;
      const places = InstructionScope.options.map((scope) => ({ channel: channel.data, scope }));
      const states = await Promise.all(places.map((place) => drafts.read(clinicId, place)));
      return { status: 200, body: { instructions: places.map((place, index) => stateBody(place, states[index]!)) } };
    },

    'GET /api/instructions/{channel}/{scope}': ofPlace(async (_request, { clinicId }, place) =>
      stateAnswer(200, place, await drafts.read(clinicId, place)),
    ),

    'PUT /api/instructions/{channel}/{scope}/draft': seenBy(async (request, by, place, seen) => {
      const wanted = bodyOf(Drafted, request);
      if ('refused' in wanted) return wanted.refused;
      const saved = await drafts.save(by.clinicId, place, wanted.body.text, seen, actor(by, request));
      if (saved.outcome === 'changed-meanwhile') return changed;
      return stateAnswer(200, place, await drafts.read(by.clinicId, place));
    }),

    'POST /api/instructions/{channel}/{scope}/preview': ofPlace(async (request, { clinicId }, place) => {
      const wanted = request.rawBody.length ? bodyOf(Previewed, request) : { body: {} as z.infer<typeof Previewed> };
      if ('refused' in wanted) return wanted.refused;
      const { channel, scope } = place;
      const [clinic, current, state] = await Promise.all([
        clinics.profile(clinicId),
        texts.current(clinicId, channel),
        drafts.read(clinicId, place),
      ]);
      if (!clinic) throw new Error('somebody is a member of a clinic that does not exist');
      const { role = scope === 'base' ? 'single' : scope, language = clinic.defaultLanguage } = wanted.body;
      if (!clinic.languages.includes(language)) return notSpoken(clinic.languages);
      const text = wanted.body.text ?? state.draft?.text;
      const shown = text === undefined ? current : { ...current, [scope]: { text } };
      const prompt = composeInstructions(role, { clinic, texts: shown, language, nowMs: clock.now(), channel });
      const of = wanted.body.text !== undefined ? 'request' : text !== undefined ? 'draft' : 'published';
      return { status: 200, body: { channel, scope, role, language, of, prompt } };
    }),

    'POST /api/instructions/{channel}/{scope}/publish': seenBy(async (request, by, place, seen) =>
      seen.draft ? publish(request, by, place, seen, 'draft') : noDraft,
    ),

    'POST /api/instructions/{channel}/{scope}/roll-back': seenBy(async (request, by, place, seen) => {
      const wanted = bodyOf(RolledBack, request);
      if ('refused' in wanted) return wanted.refused;
      const { version } = wanted.body;
      if (version === seen.published?.version) return publishedAlready;
      const restored = await drafts.version(by.clinicId, place, version);
      return restored ? publish(request, by, place, seen, { restored }) : noSuchVersion;
    }),

    'GET /api/instructions/{channel}/{scope}/versions': ofPlace(async ({ query }, { clinicId }, place) => {
      const page = Page.safeParse(query);
      if (!page.success) return noSuchPage;
      const { before, limit } = page.data;
      const found = await drafts.versions(clinicId, place, { ...(before && { before }), upTo: limit + 1 });
      const versions = found.slice(0, limit);
      const next = found.length > limit ? versions.at(-1)?.version : undefined;
      return { status: 200, body: { versions: versions.map(listedBody), ...(next && { next }) } };
    }),

    'GET /api/instructions/{channel}/{scope}/versions/{version}': ofPlace(
      async ({ pathParameters }, { clinicId }, place) => {
        const version = Version.safeParse(pathParameters.version);
        const found = version.success ? await drafts.version(clinicId, place, version.data) : undefined;
        return found ? { status: 200, body: { ...place, ...versionBody(found) } } : noSuchVersion;
      },
    ),
  };

  const routes = new Map(
    Object.entries(works).map(([route, work]) => [
      route,
      asMember({ members }, instructionRoutes[route as keyof typeof works], work),
    ]),
  );
  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const work = routes.get(request.route ?? '');
    if (!work) throw new Error('a route was wired to instructions that they do not know');
    return work(request);
  };
}
