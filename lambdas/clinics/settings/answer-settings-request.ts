import type { Clock } from '#domain/clock.ts';
import type { ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import { clinicOf, type ClinicProfile } from '#domain/clinics/clinic-store.ts';
import type { Member, MemberStore } from '#domain/clinics/members/member.ts';
import type { Right } from '#domain/clinics/members/rights.ts';
import type { RecipientVerification } from '#domain/clinics/recipients/recipient-verification.ts';
import { derivedUuid } from '#domain/ids.ts';
import type { HttpAnswer, HttpRequest } from '#lambdas/http.ts';
import { asMember } from '#lambdas/signed-in.ts';
import type { Path } from '../written-path.ts';
import { changeClinic, type Wanted } from './change-clinic.ts';
import { type Collection, collections, entriesOf, saidByUs, shownEntry, withEntries } from './collections.ts';
import { type Body, readBody } from './read-body.ts';
import { refuse } from './refusals.ts';
import { acknowledgement, inSection, readSection, type Section, sections, withSection } from './sections.ts';

interface Deps {
  members: Pick<MemberStore, 'of' | 'clinicNamed'>;
  clinics: ClinicRegistry;
  verification: Pick<RecipientVerification, 'ask'>;
  clock: Clock;
}

/** The routes of settings and the right each asks for. */
export const settingsRoutes = {
  'GET /api/settings': 'settings.read',
  'GET /api/settings/{section}': 'settings.read',
  'PUT /api/settings/{section}': 'settings.write',
  'POST /api/settings/{section}': 'settings.write',
  'GET /api/settings/{section}/{id}': 'settings.read',
  'PUT /api/settings/{section}/{id}': 'settings.write',
  'DELETE /api/settings/{section}/{id}': 'settings.write',
} as const satisfies Record<string, Right>;

type Route = keyof typeof settingsRoutes;
type Work = (request: HttpRequest, profile: ClinicProfile, by: Member) => Promise<HttpAnswer> | HttpAnswer;

/**
 * The settings of a clinic, read and changed by its people: single sections as one, lists entry by entry. Whoever writes
 * says which state they have read, so that nobody's change is lost. A change is in effect with its answer where clinics
 * are read anew, and within a minute wherever they are remembered.
 */
export function answerSettingsRequest({ members, clinics, verification, clock }: Deps) {
  const change = changeClinic({ clinics, clock });

  /** The clinic of the member, as it stands. One that was read before it was changed is refused to writers. */
  const withClinic =
    (work: Work, writes: boolean) =>
    async (request: HttpRequest, by: Member): Promise<HttpAnswer> => {
      const condition = request.headers['if-match'];
      if (writes && condition === undefined) return refuse('if-match-needed');
      const profile = await clinics.profile(by.clinicId);
      if (!profile) throw new Error('somebody is a member of a clinic that does not exist');
      if (writes && condition !== etagOf(profile)) return refuse('changed-meanwhile');
      return work(request, profile, by);
    };

  /** What a change is made of besides what it is about. */
  const attempt = (
    request: HttpRequest,
    before: ClinicProfile,
    by: Member,
    wanted: Pick<Wanted, 'candidate' | 'sent'>,
  ) => ({
    ...wanted,
    before,
    by: by.userId,
    requestId: request.requestId,
  });

  async function replaceSection(section: Section, request: HttpRequest, before: ClinicProfile, by: Member) {
    const isEmail = section === sections.email;
    const known = [...Object.keys(section.fields), ...(isEmail ? Object.keys(acknowledgement) : [])];
    const read = readBody(request, known);
    if ('refused' in read) return read.refused;
    const { acknowledged, ...body } = read.body;
    const chosen = isEmail && body.content !== before.email.content;
    const wanted = attempt(request, before, by, {
      candidate: withSection(section, clinicOf(before), body),
      sent: (path) => inSection(section, path),
    });
    if (!chosen) return answered(section, await change(wanted));
    // Nothing is put on record of a choice that is none.
    if (acknowledged !== body.content) return refuse('acknowledgement-needed');
    return answered(section, await change({ ...wanted, reason: `acknowledged ${String(acknowledged)}` }));
  }

  const answered = (section: Section, changed: Awaited<ReturnType<typeof change>>): HttpAnswer =>
    'refused' in changed ? changed.refused : told(changed.profile, readSection(section, changed.profile));

  /** The fields of an entry as they were sent, or what is wrong with them before anything is asked of the clinic. */
  function readEntry(
    collection: Collection,
    request: HttpRequest,
    standing?: Body,
  ): { entry: Body } | { refused: HttpAnswer } {
    const read = readBody(request, [...Object.keys(collection.body.shape), ...saidByUs]);
    if ('refused' in read) return read;
    const { id: _id, state: _state, ...entry } = read.body;
    if (!standing) return { entry };
    const other = collection.fixed.filter(
      (field) => Object.hasOwn(entry, field) && !same(entry[field], standing[field]),
    );
    if (other.length) {
      const fields = other.map((field) => ({
        path: field,
        message: 'says which entry this is and stays; add another',
      }));
      return { refused: refuse('invalid-request', { fields }) };
    }
    const kept = Object.fromEntries(collection.fixed.map((field) => [field, standing[field]]));
    return { entry: { ...entry, ...kept, ...(collection.named && { id: standing.id }) } };
  }

  async function addEntry(section: string, collection: Collection, ...[request, before, by]: Parameters<Work>) {
    if (collection.operatorsAlone) return refuse('operators-only');
    const read = readEntry(collection, request);
    if ('refused' in read) return read.refused;
    const entries = entriesOf(collection, before);
    const entry = collection.named
      ? { ...read.entry, id: derivedUuid('settings', before.id, section, String(before.version)) }
      : read.entry;
    const id = idIfRead(collection, entry);
    if (id !== undefined && entries.some((one) => collection.idOf(one) === id)) return again(collection, id, before);
    const changed = await change({
      ...attempt(request, before, by, {
        candidate: withEntries(collection, clinicOf(before), [...entries, entry]),
        sent: inEntry(collection, entries.length),
      }),
      ...(isRecipients(collection) && id !== undefined && { unverified: [id] }),
    });
    if ('refused' in changed) return changed.refused;
    if (isRecipients(collection) && id !== undefined) await verification.ask(before.id, id);
    const added = entriesOf(collection, changed.profile).at(-1) as Body;
    return { ...told(changed.profile, shownEntry(collection, added, changed.profile)), status: 201 };
  }

  /** An address that is awaited is asked once more; nothing else is added twice. */
  async function again(collection: Collection, id: string, profile: ClinicProfile): Promise<HttpAnswer> {
    const awaited = profile.recipients.find(({ recipientId }) => recipientId === id)?.awaiting;
    if (!isRecipients(collection) || !awaited) return refuse('already-there');
    const { outcome } = await verification.ask(profile.id, id);
    if (outcome === 'too-often') return refuse('asked-too-often');
    const entry = entriesOf(collection, profile).find((one) => collection.idOf(one) === id) as Body;
    return told(profile, shownEntry(collection, entry, profile));
  }

  async function replaceEntry(collection: Collection, index: number, ...[request, before, by]: Parameters<Work>) {
    const entries = entriesOf(collection, before);
    const read = readEntry(collection, request, entries[index]);
    if ('refused' in read) return read.refused;
    const id = idIfRead(collection, read.entry);
    if (entries.some((one, at) => at !== index && collection.idOf(one) === id)) return refuse('already-there');
    const changed = await change(
      attempt(request, before, by, {
        candidate: withEntries(collection, clinicOf(before), entries.with(index, read.entry)),
        sent: inEntry(collection, index),
      }),
    );
    if ('refused' in changed) return changed.refused;
    const entry = entriesOf(collection, changed.profile)[index] as Body;
    return told(changed.profile, shownEntry(collection, entry, changed.profile));
  }

  async function removeEntry(collection: Collection, index: number, ...[request, before, by]: Parameters<Work>) {
    if (collection.operatorsAlone) return refuse('operators-only');
    const rest = entriesOf(collection, before).toSpliced(index, 1);
    const changed = await change(
      attempt(request, before, by, {
        candidate: withEntries(collection, clinicOf(before), rest),
        sent: () => undefined,
      }),
    );
    if ('refused' in changed) return changed.refused;
    return { status: 204, headers: { ...noStore, etag: etagOf(changed.profile) } };
  }

  /** For one entry of a list of this clinic. */
  const ofEntry =
    (
      work: (collection: Collection, index: number, ...rest: Parameters<Work>) => Promise<HttpAnswer> | HttpAnswer,
    ): Work =>
    (request, profile, by) => {
      const collection = named(collections, request.pathParameters.section);
      if (!collection) return unknown(request);
      const index = entriesOf(collection, profile).findIndex(
        (entry) => collection.idOf(entry) === request.pathParameters.id,
      );
      return index < 0 ? refuse('entry-unknown') : work(collection, index, request, profile, by);
    };

  const works: Record<Route, Work> = {
    'GET /api/settings': (_request, profile) => told(profile, everything(profile)),

    'GET /api/settings/{section}': (request, profile) => {
      const { section = '' } = request.pathParameters;
      const [one, list] = [named(sections, section), named(collections, section)];
      if (one) return told(profile, readSection(one, profile));
      return list ? told(profile, { [list.key]: shownEntries(list, profile) }) : unknown(request);
    },

    'PUT /api/settings/{section}': (request, profile, by) => {
      const section = named(sections, request.pathParameters.section);
      return section ? replaceSection(section, request, profile, by) : unknown(request);
    },

    'POST /api/settings/{section}': (request, profile, by) => {
      const { section = '' } = request.pathParameters;
      const collection = named(collections, section);
      return collection ? addEntry(section, collection, request, profile, by) : unknown(request);
    },

    'GET /api/settings/{section}/{id}': ofEntry((collection, index, _request, profile) =>
      told(profile, shownEntries(collection, profile)[index]),
    ),
    'PUT /api/settings/{section}/{id}': ofEntry(replaceEntry),
    'DELETE /api/settings/{section}/{id}': ofEntry(removeEntry),
  };

  const doors = Object.fromEntries(
    Object.entries(settingsRoutes).map(([route, right]) => [
      route,
      asMember({ members }, right, withClinic(works[route as Route], right === 'settings.write')),
    ]),
  );

  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const door = doors[request.route ?? ''];
    if (!door) throw new Error('a route was wired to settings that they do not know');
    return door(request);
  };
}

const etagOf = ({ version }: ClinicProfile): string => `"${version}"`;
const noStore = { 'cache-control': 'no-store' };
const told = (profile: ClinicProfile, body: unknown): HttpAnswer => {
  return { status: 200, headers: { ...noStore, etag: etagOf(profile) }, body };
};

const named = <Thing>(table: Readonly<Record<string, Thing>>, name = ''): Thing | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** Settings that do not exist, or that something else is done to. */
const unknown = ({ pathParameters: { section } }: HttpRequest): HttpAnswer =>
  refuse(named(sections, section) || named(collections, section) ? 'method-not-allowed' : 'settings-unknown');

const isRecipients = (collection: Collection): boolean => collection === collections.recipients;

const same = (a: unknown, b: unknown): boolean => String(a).trim().toLowerCase() === String(b).toLowerCase();

/** The id an entry would have, if the schema can read it; what is wrong with it is told elsewhere. */
function idIfRead(collection: Collection, entry: Body): string | undefined {
  const { id, ...fields } = entry;
  const read = collection.body.safeParse(fields);
  return read.success ? collection.idOf({ ...read.data, id }) : undefined;
}

const inEntry =
  ({ at }: Collection, index: number) =>
  (path: Path): Path | undefined =>
    [...at, index].every((part, place) => path[place] === part) ? path.slice(at.length + 1) : undefined;

const shownEntries = (collection: Collection, profile: ClinicProfile): Body[] =>
  entriesOf(collection, profile).map((entry) => shownEntry(collection, entry, profile));

function everything(profile: ClinicProfile): Body {
  const { id, status, country, version } = profile;
  return {
    clinic: { id, status, country, version },
    ...Object.fromEntries(Object.entries(sections).map(([name, section]) => [name, readSection(section, profile)])),
    ...Object.fromEntries(
      Object.values(collections).map((collection) => [collection.key, shownEntries(collection, profile)]),
    ),
  };
}
