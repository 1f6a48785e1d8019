import { providerIdOf, routingHints, toCallEvent } from '#adapters/retell/call-event.ts';
import { type FunctionCall, functionReply, readFunctionRequest } from '#adapters/retell/function-call.ts';
import type { Secret } from '#adapters/secrets/secret.ts';
import type { HttpAnswer, HttpRequest } from '#lambdas/http.ts';
import type { ClinicKeys } from '#lambdas/clinic-keys.ts';
import { retellRequests } from '#lambdas/retell-request.ts';
import type { Clock } from '#domain/clock.ts';
import type { ClinicProfile, ClinicStore } from '#domain/clinics/clinic-store.ts';
import { advanceCall } from '#domain/conversations/advance-call.ts';
import { callerNumberOf } from '#domain/conversations/caller-number.ts';
import type { ConversationStore } from '#domain/conversations/conversation-store.ts';
import type { Conversation } from '#domain/conversations/conversation.ts';
import { neutralAnswer } from '#domain/conversations/neutral-answer.ts';
import { soundsLikeEmergency } from '#domain/conversations/emergency-phrases.ts';
import { emergencyActive } from '#domain/conversations/tools/emergency-answer.ts';
import { toolNamed } from '#domain/conversations/tools/registry.ts';
import { TookTooLong, withinLimit } from '#domain/conversations/tools/time-limit.ts';
import type { ToolContext, ToolResult } from '#domain/conversations/tools/tool.ts';
import { wordsOfTag } from '#domain/conversations/words/words.ts';
import { type ClinicId, type ConversationId, retellConversationId } from '#domain/ids.ts';
import { type LanguageTag, languageOf, nearestTag } from '#domain/language.ts';
import { errorFields, type Log, type LogFields } from '#domain/log.ts';
import type { ClinicDirectory, Session } from '#domain/routing/clinic-directory.ts';
import { safeVariables } from '#domain/routing/ring-variables.ts';
import { bindConversation } from './bind-conversation.ts';
import { retellCall } from './read-stored-event.ts';

/** Each word comes twice, with its times: an hour of talk is about a megabyte, and no reason to refuse. */
const largestBytes = 2_000_000;
/** A caller hears the silence: after two seconds anything said is better than the right answer. */
const usualPatienceMs = 1_900;
/** Of which so much for the item of the conversation, so that a tool that can do without it still has its time. */
const conversationMs = 500;
/** And so much at the end for what a tool says instead of an answer. */
const lastWordMs = 100;

interface Deps {
  retellKey: Secret;
  clinicKeys: ClinicKeys;
  bindingKey: Secret;
  directory: ClinicDirectory;
  clinics: Pick<ClinicStore, 'profile'>;
  conversations: ConversationStore;
  /** Answers by itself when a store fails or is slow. */
  run(tool: string, args: unknown, context: ToolContext, callerUtterances: readonly string[]): Promise<ToolResult>;
  clock: Clock;
  log: Log;
  /** Milliseconds for everything together. */
  patienceMs?: number;
}

/** What is known of a request so far: what its answer stands on should the rest fail or take too long. */
interface Known {
  tool?: string;
  call?: FunctionCall;
  clinic?: ClinicProfile;
  language?: LanguageTag;
}

/**
 * Runs a tool for an agent of Retell's. Clinic and conversation are those of the signed call object, never of an
 * argument. Whatever goes wrong, the answer is quick and something to say; only a request that is not Retell's, or is
 * far too long, is refused.
 */
export function runTool(deps: Deps) {
  const { conversations, run, clock, log, patienceMs = usualPatienceMs } = deps;
  const authenticate = retellRequests({ key: deps.retellKey, clinicKeys: deps.clinicKeys, clock, log });
  const bind = bindConversation(deps);

  async function answerTo(
    request: HttpRequest,
    { body, signedFor }: { body: unknown; signedFor?: ClinicId },
    known: Known,
    { signal, untilMs }: { signal: AbortSignal; untilMs: number },
  ): Promise<ToolResult> {
    const wanted = request.pathParameters.tool ?? '';
    const read = readFunctionRequest(body);
    if (read.shape === 'envelope') known.call = read.call;
    if (!toolNamed(wanted)) return unanswerable(request, known, 'tool.failed', 'unknown-tool');
    known.tool = wanted;
    if (read.shape === 'args-only') return unanswerable(request, known, 'tool.unrouted', 'args-at-root');
    if (read.shape === 'unreadable') return unanswerable(request, known, 'tool.failed', 'unreadable');
    const { call } = read;
    if (call.name !== undefined && call.name !== wanted) {
      return unanswerable(request, known, 'tool.failed', 'other-tool-named');
    }

    const bound = await bind(retellCall(call.webhook, request.rawBody), { clinicId: signedFor }, { signal });
    if (bound.outcome === 'unrouted') return unanswerable(request, known, 'tool.unrouted', bound.reason);
    const { clinic, session, numberLanguage } = bound;
    if (clinic.status !== 'active') return unanswerable(request, known, 'tool.unrouted', 'clinic_suspended');
    const language = languageOfCall(call, clinic, numberLanguage);
    Object.assign(known, { clinic, language });
    const { clinic_id: claimed, ...args } = call.args;
    if (contradicts(claimed, clinic)) {
      log.error('tool.tenant-mismatch', linesOf(request, known));
      return { code: 'TENANT_MISMATCH', say: wordsOfTag(language).codes.TENANT_MISMATCH, data: {} };
    }
    const conversation = await conversationOf(call, session, request, known);
    // The tool answers for itself just before our own patience ends: it knows best what can be said without a store.
    const limitMs = Math.max(0, untilMs - clock.now() - lastWordMs);
    const context = { ...contextOf(conversation, request, { clinic, language }), limitMs };
    return run(wanted, args, context, call.callerUtterances);
  }

  /**
   * The conversation as it is known; a tool may be the first to hear of it, before the event that it has begun. Should
   * its store fail, a tool that can do without still helps the caller: no act is possible in a conversation that is not
   * on record.
   */
  async function conversationOf(
    call: FunctionCall,
    { clinicId, routedBy }: Session,
    request: HttpRequest,
    known: Known,
  ): Promise<Conversation> {
    const event = toCallEvent(call.webhook, request.rawBody);
    const begun = advanceCall(undefined, event, { clinicId, routedBy, now: clock.now() });
    try {
      const kept = conversations.change(clinicId, event.conversationId, (current) => current ?? begun);
      return (await withinLimit(conversationMs, kept)) ?? begun;
    } catch (error) {
      log.error('tool.failed', { ...linesOf(request, known), ...errorFields(error) });
      return begun;
    }
  }

  /** A request that no clinic can be asked about: logged for operators, while the caller hears nothing of why. */
  function unanswerable(
    request: HttpRequest,
    known: Known,
    code: 'tool.failed' | 'tool.unrouted',
    reason: string,
  ): ToolResult {
    log.error(code, { ...linesOf(request, known), reason });
    return answerWithoutClinic(known, clock.now());
  }

  return async (request: HttpRequest): Promise<HttpAnswer> => {
    const startedAt = clock.now();
    const checked = await authenticate(request, largestBytes);
    if (!checked.authentic) return checked.answer;
    const known: Known = {};
    const patience = new AbortController();
    const left = Math.max(0, patienceMs - (clock.now() - startedAt));
    let answer: ToolResult;
    try {
      const bounds = { signal: patience.signal, untilMs: startedAt + patienceMs };
      answer = await withinLimit(left, answerTo(request, checked, known, bounds));
    } catch (error) {
      patience.abort();
      const why = error instanceof TookTooLong ? { reason: 'too-slow' } : errorFields(error);
      log.error('tool.failed', { ...linesOf(request, known), ...why, durationMs: clock.now() - startedAt });
      answer = answerAfterFault(known, clock.now());
    }
    return { status: 200, body: functionReply(answer) };
  };
}

/** Who asks, in whose name, and for whom: all of it from what is signed. */
function contextOf(
  conversation: Conversation,
  { requestId }: HttpRequest,
  { clinic, language }: { clinic: ClinicProfile; language: LanguageTag },
): ToolContext {
  const { conversationId } = conversation;
  return {
    clinic,
    conversation,
    language,
    requester: {
      kind: 'agent',
      holder: conversationId,
      conversationId,
      callerNumber: callerNumberOf(conversation, clinic.country),
      actor: { actorType: 'agent', actorId: conversationId, requestId },
    },
  };
}

/** The ids of a request for a line of the log. */
function linesOf({ requestId }: HttpRequest, { tool, call, clinic }: Known): LogFields {
  return {
    requestId,
    ...(tool !== undefined && { tool }),
    ...(call && { conversationId: conversationIdOf(call) }),
    ...(clinic && { clinicId: clinic.id }),
  };
}

const conversationIdOf = ({ webhook }: FunctionCall): ConversationId => retellConversationId(providerIdOf(webhook));

/** The one it began in, if the clinic speaks it; a flow may send another word for a language, such as `fr-FR`. */
function languageOfCall(call: FunctionCall, clinic: ClinicProfile, numberLanguage?: LanguageTag): LanguageTag {
  return nearestTag(clinic.languages, call.language) ?? numberLanguage ?? clinic.defaultLanguage;
}

/** Whether an argument names another clinic than the call's. A variable that was not filled in names none. */
function contradicts(claimed: unknown, { id }: ClinicProfile): boolean {
  if (claimed === undefined || claimed === null) return false;
  const text = typeof claimed === 'string' ? claimed.trim() : JSON.stringify(claimed);
  return text !== '' && text !== id && !/^\{\{[^{}]*\}\}$/.test(text);
}

/** By the country of the number that was called, where one is known. */
function answerWithoutClinic({ tool, call }: Known, nowMs: number): ToolResult {
  const dialled = call && routingHints(call.webhook).clinicNumber;
  const language = dialled === undefined ? undefined : languageOf(safeVariables(dialled, nowMs).language);
  return neutralAnswer({ tool, callerUtterances: call?.callerUtterances ?? [] }, language);
}

/** Who may be in danger hears of that first, whatever does not answer; everybody else is asked for patience. */
function answerAfterFault(known: Known, nowMs: number): ToolResult {
  const { tool, call, clinic, language } = known;
  if (!clinic || language === undefined) return answerWithoutClinic(known, nowMs);
  if (tool === 'report_emergency') return { data: {}, ...emergencyActive({ clinic, language, nowMs }) };
  const inDanger = call?.callerUtterances.some(soundsLikeEmergency);
  const code = inDanger ? 'EMERGENCY_TO_CONFIRM' : 'RETRY_LATER';
  return { code, say: wordsOfTag(language).codes[code], data: {} };
}
