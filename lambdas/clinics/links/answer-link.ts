import type { Clock } from '#domain/clock.ts';
import type { ClinicStore } from '#domain/clinics/clinic-store.ts';
import type { Link, LinkPurpose, LinkStore } from '#domain/clinics/links/link.ts';
import type { LinkPageWords } from '#domain/clinics/links/words/link-page-words.ts';
import { linkPageWords } from '#domain/clinics/links/words/words.ts';
import { acceptInvitation, type InvitationStore, openInvitation } from '#domain/clinics/members/invitation.ts';
import type { MemberStore } from '#domain/clinics/members/member.ts';
import type { UserDirectory } from '#domain/clinics/members/user-directory.ts';
import {
  type AwaitingRecipients,
  awaitingRecipient,
  confirmRecipient,
} from '#domain/clinics/recipients/recipient-verification.ts';
import { type Language, languageOf, languages } from '#domain/language.ts';
import { errorFields, type Log } from '#domain/log.ts';
import type { HttpAnswer, HttpRequest } from '#lambdas/http.ts';
import { linkPage } from './link-page.ts';

interface Deps {
  links: Pick<LinkStore, 'find'>;
  clinics: Pick<ClinicStore, 'profile'>;
  invitations: Pick<InvitationStore, 'get' | 'accept'>;
  members: Pick<MemberStore, 'list'>;
  users: UserDirectory;
  awaiting: AwaitingRecipients;
  clock: Clock;
  log: Log;
  /** Where people sign in. */
  consoleUrl: string;
}

type Words = ReturnType<LinkPageWords['invitation']>;

/** What a link is good for, by what it is about. */
interface Matter {
  /** What the page says while a click would do something; nothing when there is nothing left to click for. */
  open(link: Link, words: LinkPageWords, clinic: string): Promise<Words | undefined>;
  act(link: Link, requestId: string): Promise<'done' | 'gone'>;
  /** It leads to the console afterwards. */
  signsIn: boolean;
}

/**
 * The page behind a link in an e-mail. Opening it changes nothing, for mail programs open links before people do; only
 * its button acts, once. Whoever holds a link learns no more from it than its e-mail said, and of a link that is
 * unknown, ended or replaced nothing at all.
 */
export function answerLink(deps: Deps) {
  const { links, clinics, clock, log, consoleUrl } = deps;
  const accept = acceptInvitation(deps);
  const confirm = confirmRecipient(deps);
  const matters: Record<LinkPurpose, Matter> = {
    invitation: {
      async open(link, words, clinic) {
        const invitation = await openInvitation(deps, link);
        return invitation && words.invitation(clinic, words.roles[invitation.role]);
      },
      act: accept,
      signsIn: true,
    },
    recipient: {
      open: async (link, words, clinic) => (await awaitingRecipient(deps, link)) && words.recipient(clinic),
      act: confirm,
      signsIn: false,
    },
  };

  return async (request: HttpRequest): Promise<HttpAnswer> => {
    try {
      return await answer(request);
    } catch (error) {
      // Somebody looks at it in a browser; the door would answer JSON.
      log.error('request.failed', { route: request.route, requestId: request.requestId, ...errorFields(error) });
      return linkPage(503, said('later'));
    }
  };

  async function answer({ route, pathParameters, requestId }: HttpRequest): Promise<HttpAnswer> {
    const token = pathParameters.token ?? '';
    const link = await links.find(token, clock.now());
    if (link?.state === 'used') return used(link);
    const clinic = link?.state === 'open' ? await clinics.profile(link.clinicId) : undefined;
    if (!link || !clinic) return gone(link);
    const language = languageOf(clinic.defaultLanguage);
    const words = linkPageWords[language];
    const matter = matters[link.purpose];
    const asked = await matter.open(link, words, clinic.name);
    if (!asked) return gone(link);
    const { title, what, button, done, next } = asked;
    if (route?.startsWith('GET ')) {
      return linkPage(200, [{ language, title, paragraphs: [what, words.unexpected], button }]);
    }
    if ((await matter.act(link, requestId)) === 'gone') {
      // Another click on the same button was quicker, or the clinic took it back.
      const now = await links.find(token, clock.now());
      return now?.state === 'used' ? used(now) : gone(now);
    }
    log.info('link.used', { clinicId: link.clinicId, reason: link.purpose });
    return linkPage(200, [
      {
        language,
        title,
        paragraphs: [done, next],
        ...(matter.signsIn && { link: { label: words.signIn, href: consoleUrl } }),
      },
    ]);
  }

  async function used({ clinicId, purpose }: Link): Promise<HttpAnswer> {
    const clinic = await clinics.profile(clinicId);
    const language = clinic && languageOf(clinic.defaultLanguage);
    const link = matters[purpose].signsIn ? consoleUrl : undefined;
    return linkPage(200, said('already', language, link));
  }

  function gone(link: Link | undefined): HttpAnswer {
    log.info('link.refused', { ...(link && { clinicId: link.clinicId }), outcome: link?.state ?? 'unknown' });
    return linkPage(404, said('gone'));
  }
}

/** One of the sentences that tell of nobody, in the language that is known or else in all. */
const said = (what: 'already' | 'gone' | 'later', language?: Language, signIn?: string) =>
  (language ? [language] : languages).map((one) => ({
    language: one,
    title: linkPageWords[one][what].title,
    paragraphs: [linkPageWords[one][what].what],
    ...(signIn && { link: { label: linkPageWords[one].signIn, href: signIn } }),
  }));
