import Retell, { APIConnectionError, APIConnectionTimeoutError, APIError, RateLimitError } from 'retell-sdk';
import type { Clock } from '#domain/clock.ts';
import { type Clinic, clinicPhone } from '#domain/clinics/clinic.ts';
import { KeyRefused } from '#domain/clinics/credentials/credential.ts';
import { type Dialer, type Dialled, type DialOrder, NotDialled } from '#domain/conversations/outbound/dialer.ts';
import { outboundWordsOf } from '#domain/conversations/outbound/outbound-words.ts';
import { talkWordsOf } from '#domain/conversations/talk/words/words.ts';
import { type ClinicId, retellConversationId } from '#domain/ids.ts';
import { languageOf } from '#domain/language.ts';
import { spokenPhone } from '#domain/phone-number.ts';
import { mintBinding } from '#domain/routing/clinic-binding.ts';
import { ringVariables } from '#domain/routing/ring-variables.ts';
import { retellLocale } from './inbound-reply.ts';
import { isKeyRefused } from './own-account-first.ts';

export interface RetellDialerOptions {
  baseUrl: string;
  /** Read for each use, so that a rotated key is taken up. */
  key(): Promise<string>;
  /** Of the account a clinic has of its own, where it has one: its own agent lies there, and so does its number. */
  keyOfClinic(clinicId: ClinicId): Promise<string | undefined>;
  /** Signs our word that the call is this clinic's, which Retell repeats with every event of it. */
  bindingKey(): Promise<string>;
  clock: Clock;
  timeoutMs?: number;
}

/** Of a talk we began; whoever wants to say more calls the clinic. */
const longestMs = 30 * 60 * 1000;
/** Longer than this only machines let it ring. */
const ringMs = 25_000;

const ownAgent = ({ agents }: Clinic) => agents.find(({ kind }) => kind === 'dedicated');

type Request = Retell.CallCreatePhoneCallParams;

/** What Retell is asked: by variables and metadata it learns the clinic, and nothing of whom it calls. */
function requestFor(
  { clinic, callId, purpose, from, to, language }: DialOrder,
  bindingKey: string,
  nowMs: number,
): Request {
  const words = outboundWordsOf(language);
  const own = ownAgent(clinic);
  const agentId = (own ?? clinic.agents[0])?.id;
  const phone = clinicPhone(clinic);
  const spoken = phone && spokenPhone(phone, languageOf(language));
  return {
    from_number: from,
    to_number: to,
    ...(agentId && { override_agent_id: agentId, override_agent_version: 'latest_published' }),
    metadata: {
      clinic_id: clinic.id,
      clinic_binding: mintBinding(bindingKey, clinic.id, { clinicNumber: from }, nowMs),
      outbound_call_id: callId,
      call_purpose: purpose,
      call_language: language,
    },
    retell_llm_dynamic_variables: {
      ...ringVariables(clinic, language, nowMs),
      greeting: `${talkWordsOf(language).outboundGreeting(clinic.name)} ${words.contact}`,
      call_purpose: purpose,
    },
    agent_override: {
      agent: {
        max_call_duration_ms: longestMs,
        ring_duration_ms: ringMs,
        voicemail_option: {
          action:
            clinic.outbound.voicemail === 'message'
              ? { type: 'static_text', text: words.voicemail(clinic.name, spoken) }
              : { type: 'hangup' },
        },
        // A shared agent speaks many languages; which one is for this call to say.
        ...(!own && { language: retellLocale[languageOf(language)], timezone: clinic.zone }),
      },
    },
    ignore_e164_validation: false,
  };
}

/** Answers that leave the order undone, and undone through no fault of the order's own. */
const isLater = (error: unknown): boolean =>
  error instanceof RateLimitError ||
  isKeyRefused(error) ||
  (error instanceof APIError && error.status === 402) ||
  (error instanceof APIConnectionError && !(error instanceof APIConnectionTimeoutError) && neverArrived(error));

function neverArrived(error: unknown): boolean {
  for (let cause = error; cause; cause = (Object(cause) as { cause?: unknown }).cause) {
    const { code } = Object(cause) as { code?: unknown };
    if (['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'].includes(String(code))) return true;
  }
  return false;
}

/** What Retell has understood and will not do, asked as often as one likes. */
const refusals = new Set([400, 404, 422]);

/**
 * Calls by Retell, asked once: its SDK would ask again by itself, and ring twice. A clinic's own agent is looked for in the
 * clinic's account, where it has one. Only what that account refuses, and so has not dialled, is asked of ours: an agent we
 * made for a clinic lies there. Every other answer stands.
 */
export function createRetellDialer({
  baseUrl,
  key,
  keyOfClinic,
  bindingKey,
  clock,
  timeoutMs = 10_000,
}: RetellDialerOptions): Dialer {
  async function ask(apiKey: string, request: Request): Promise<Dialled> {
    const client = new Retell({ apiKey, baseURL: baseUrl, timeout: timeoutMs, maxRetries: 0 });
    try {
      const { call_id } = await client.call.createPhoneCall(request);
      return { outcome: 'placed', conversationId: retellConversationId(call_id) };
    } catch (error) {
      if (isLater(error)) throw new NotDialled('Retell does not take calls now', { cause: error });
      if (error instanceof APIError && error.status !== undefined && refusals.has(error.status)) {
        return { outcome: 'refused', reason: `retell-${error.status}` };
      }
      throw error;
    }
  }

  const keysFor = (clinic: Clinic) =>
    Promise.all([key(), ownAgent(clinic) && keyOfClinic(clinic.id), bindingKey()]).catch((cause: unknown) => {
      throw new NotDialled('the keys to call with cannot be read', { cause });
    });

  return {
    async dial(order) {
      const [ours, theirs, binding] = await keysFor(order.clinic);
      const request = requestFor(order, binding, clock.now());
      if (theirs === undefined) return ask(ours, request);
      const dialled = await ask(theirs, request).catch((error: unknown) => {
        if (!(error instanceof NotDialled) || !isKeyRefused(error.cause)) throw error;
        throw new NotDialled('nobody is called', { cause: new KeyRefused({ cause: error.cause }) });
      });
      if (dialled.outcome === 'placed') return dialled;
      const second = await ask(ours, request);
      return second.outcome === 'placed' ? second : dialled;
    },
  };
}
