import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Secret } from '#adapters/secrets/secret.ts';
import type { ClinicProfile, ClinicStore } from '#domain/clinics/clinic-store.ts';
import { shownPhone } from '#domain/clinics/numbers/shown-phone.ts';
import type { Clock } from '#domain/clock.ts';
import type { TalkStore } from '#domain/conversations/talk/talk.ts';
import type { answerWritten } from '#domain/conversations/texting/answer-written.ts';
import { type BegunChats, visitorNetworkOf } from '#domain/conversations/texting/begun-chats.ts';
import { mintChatToken, readChatToken } from '#domain/conversations/texting/chat-token.ts';
import type { IncomingTexts } from '#domain/conversations/texting/incoming-texts.ts';
import type { openWritten } from '#domain/conversations/texting/open-written.ts';
import { textingWordsOf } from '#domain/conversations/texting/words/words.ts';
import { type ClinicId, type ConversationId, webConversationId } from '#domain/ids.ts';
import { LanguageTag } from '#domain/language.ts';
import type { Log } from '#domain/log.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import { errorAnswer, type HttpAnswer, type HttpRequest } from '#lambdas/http.ts';
import { chatPage } from './chat-page.ts';
import { widgetScript } from './widget-script.ts';

/** A visitor comes back within a day, or begins anew. */
const tokenMs = 24 * 60 * 60 * 1000;
const largestBody = 8_000;

/** Without a text it begins a chat; with one it is the next message of the chat whose token comes with it. */
export const ChatRequest = z.strictObject({
  text: z.string().trim().min(1).max(1_000).optional(),
  /** Made by the visitor's browser for each message, so that one sent twice is answered once. */
  messageId: z.uuid().optional(),
  language: LanguageTag.optional().catch(undefined),
});

interface Deps {
  /** Finds a clinic by the slug of its address. It opens nothing but the clinic's public chat. */
  clinicOf(slug: string): Promise<ClinicId | undefined>;
  clinics: Pick<ClinicStore, 'profile'>;
  directory: Pick<ClinicDirectory, 'claimSession'>;
  tokenKey: Secret;
  talks: Pick<TalkStore, 'get' | 'turns'>;
  open: ReturnType<typeof openWritten>;
  answer: ReturnType<typeof answerWritten>;
  incoming: IncomingTexts;
  begunChats: BegunChats;
  /** Our own address: its pages may always carry the chat. */
  apiUrl: string;
  clock: Clock;
  log: Log;
}

/**
 * The chat of a clinic's site. Whoever comes gets a token for a conversation of their own, which names the clinic from
 * then on; the address only says with which clinic to begin. Only pages of origins that the clinic named may ask.
 */
export function answerChat(deps: Deps) {
  const { clinicOf, clinics, directory, tokenKey, talks, open, answer, incoming, begunChats, apiUrl, clock, log } =
    deps;

  async function clinicAt(slug: string): Promise<ClinicProfile | undefined> {
    const clinicId = await clinicOf(slug);
    const clinic = clinicId && (await clinics.profile(clinicId));
    return clinic && clinic.status === 'active' && clinic.texting.webChat ? clinic : undefined;
  }

  const mayAsk = (clinic: ClinicProfile, origin: string | undefined): boolean =>
    origin === undefined || origin === new URL(apiUrl).origin || !!clinic.texting.webChat?.origins.includes(origin);

  async function begin(clinic: ClinicProfile, address: string, language: LanguageTag | undefined): Promise<HttpAnswer> {
    const visitor = randomUUID();
    const network = visitorNetworkOf(clinic.id, address);
    const writer = { channel: 'web', visitor, network, ...(language && { language }) } as const;
    const opened = await open(clinic, writer, claimFor(clinic));
    if (opened.outcome === 'over') return over;
    const { conversationId, language: spoken } = opened.talk;
    const said = await answer(clinic.id, conversationId, undefined);
    if (said.outcome !== 'answered') return over;
    const [key] = await tokenKey.values();
    const token = mintChatToken(key, { clinicId: clinic.id, visitor, expiresAtMs: clock.now() + tokenMs });
    return { status: 201, body: { token, clinic: { name: clinic.name }, language: spoken, reply: said.text } };
  }

  const claimFor =
    ({ id }: ClinicProfile) =>
    (conversationId: ConversationId, routedBy: string) =>
      directory.claimSession(id, conversationId, routedBy, clock.now());

  async function next(clinic: ClinicProfile, visitor: string, text: string, messageId: string): Promise<HttpAnswer> {
    const conversationId = webConversationId(visitor);
    const taken = await incoming.take(clinic.id, { conversationId, name: messageId });
    if (taken.state === 'answered') return { status: 200, body: { reply: taken.reply } };
    const begunAtMs = taken.state === 'begun' ? taken.sinceMs : undefined;
    const answered = await answer(clinic.id, conversationId, text, begunAtMs);
    if (answered.outcome === 'over') return over;
    if (answered.outcome === 'superseded') return answeredElsewhere;
    const language = (await talks.get(clinic.id, conversationId))?.language ?? clinic.defaultLanguage;
    const reply = answered.text || textingWordsOf(language).tryAgain(shownPhone(clinic));
    await incoming.answered(clinic.id, { conversationId, name: messageId }, reply);
    log.info('chat.answered', { clinicId: clinic.id, conversationId });
    return { status: 200, body: { reply } };
  }

  /** What was written so far, for a page that was opened again. */
  async function tellSoFar(clinic: ClinicProfile, visitor: string): Promise<HttpAnswer> {
    const turns = await talks.turns(clinic.id, webConversationId(visitor));
    const messages = turns.flatMap(({ speaker, text }) =>
      speaker === 'tool' || !text.trim() ? [] : [{ by: speaker === 'caller' ? 'visitor' : 'clinic', text }],
    );
    return { status: 200, body: { clinic: { name: clinic.name }, messages } };
  }

  async function visitorOf({ headers }: HttpRequest, clinic: ClinicProfile): Promise<string | undefined> {
    const text = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    const token = text && readChatToken(await tokenKey.values(), text, clock.now());
    return token && token.clinicId === clinic.id ? token.visitor : undefined;
  }

  async function chat(request: HttpRequest, clinic: ClinicProfile): Promise<HttpAnswer> {
    const visitor = await visitorOf(request, clinic);
    if (request.route?.startsWith('GET ')) return visitor ? tellSoFar(clinic, visitor) : noToken;
    const body = readBody(request);
    if (!body) return badMessage;
    if (body.text === undefined) {
      const address = request.sourceAddress ?? 'unknown';
      const room = await begunChats.count(clinic.id, address);
      return room === 'room'
        ? begin(clinic, address, body.language)
        : tooMany(textingWordsOf(body.language ?? clinic.defaultLanguage).tooMany(shownPhone(clinic)));
    }
    if (!visitor) return noToken;
    if (!body.messageId) return badMessage;
    return next(clinic, visitor, body.text, body.messageId);
  }

  return async (request: HttpRequest): Promise<HttpAnswer> => {
    if (request.route === 'GET /api/chat/widget.js') {
      return {
        status: 200,
        headers: { 'cache-control': 'public, max-age=300' },
        text: { type: 'text/javascript; charset=utf-8', content: widgetScript },
      };
    }
    const clinic = await clinicAt(request.pathParameters.slug ?? '');
    if (!clinic) return noChat;
    if (request.route === 'GET /api/chat/{slug}') {
      return {
        status: 200,
        headers: pageHeaders,
        text: { type: 'text/html; charset=utf-8', content: chatPage(clinic) },
      };
    }
    const { origin } = request.headers;
    if (!mayAsk(clinic, origin)) return originNotAllowed;
    const answered = request.route?.startsWith('OPTIONS ') ? { status: 204 } : await chat(request, clinic);
    return { ...answered, headers: { ...answered.headers, 'cache-control': 'no-store', ...allowed(origin) } };
  };
}

/** The visitor reads it. */
export const tooMany = (sentence: string): HttpAnswer => ({
  ...errorAnswer(429, 'too-many-chats', sentence),
  headers: { 'retry-after': '3600' },
});
export const over = errorAnswer(410, 'chat-over', 'This chat is over. Begin another one.');
export const noToken = errorAnswer(401, 'no-token', 'Begin a chat by sending no text, and send its token as Bearer.');
export const badMessage = errorAnswer(
  400,
  'bad-message',
  'Send JSON with a text of 1 to 1,000 characters and a messageId (a UUID).',
);
export const answeredElsewhere = errorAnswer(
  409,
  'answered-elsewhere',
  'Another message of this chat is being answered. Wait for it.',
);
export const noChat = errorAnswer(
  404,
  'no-chat',
  'There is no chat at this address. Ask the clinic for the right one.',
);
export const originNotAllowed = errorAnswer(
  403,
  'origin-not-allowed',
  'Add the address of this site to texting.webChat.origins of the clinic.',
);

const allowed = (origin: string | undefined): Record<string, string> =>
  origin === undefined
    ? {}
    : {
        'access-control-allow-origin': origin,
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-allow-methods': 'GET, POST',
        'access-control-max-age': '600',
        vary: 'origin',
      };

const pageHeaders = {
  'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'",
  'referrer-policy': 'no-referrer',
};

function readBody({ rawBody }: HttpRequest): z.infer<typeof ChatRequest> | undefined {
  if (rawBody.byteLength > largestBody) return undefined;
  try {
    return ChatRequest.safeParse(JSON.parse(rawBody.toString('utf8') || '{}')).data;
  } catch {
    return undefined; // Whoever sends it is told what to send instead.
  }
}
