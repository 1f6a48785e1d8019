import type { RetellAccounts, WebCall } from '#adapters/retell/clinic-agents.ts';
import type { Secret } from '#adapters/secrets/secret.ts';
import type { Clock } from '#domain/clock.ts';
import type { ClinicRegistry } from '#domain/clinics/clinic-registry.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import type { CredentialReader } from '#domain/clinics/credentials/vault.ts';
import type { BegunWebCalls } from '#domain/conversations/web-calls.ts';
import { type ClinicId, retellConversationId, type UserId } from '#domain/ids.ts';
import { languageOf, type LanguageTag } from '#domain/language.ts';
import type { Log } from '#domain/log.ts';
import { mintBinding } from '#domain/routing/clinic-binding.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';
import { ringVariables } from '#domain/routing/ring-variables.ts';
import { ownAgent } from './connect-agent.ts';

export interface WebCallDeps {
  clinics: Pick<ClinicRegistry, 'profile'>;
  credentials: CredentialReader;
  accounts: Pick<RetellAccounts, 'createWebCall'>;
  directory: Pick<ClinicDirectory, 'claimSession'>;
  begun: BegunWebCalls;
  /** Of the account in which shared agents are. */
  retellKey: Pick<Secret, 'values'>;
  bindingKey: Pick<Secret, 'values'>;
  clock: Clock;
  log: Log;
}

export type CreatedWebCall =
  | { outcome: 'created'; call: WebCall }
  | { outcome: 'clinic-inactive' | 'language-unknown' | 'no-agent' | 'too-many' | 'vendor-failed' };

/**
 * Begins a call that a browser joins, with the clinic's own agent or else the shared one. The agent knows what it knows
 * when a telephone rings, and every later word of the call is bound to the clinic before anybody can join it.
 */
export function createWebCall(deps: WebCallDeps) {
  const { clinics, credentials, accounts, directory, begun, retellKey, bindingKey, clock, log } = deps;

  async function ask(clinic: ClinicProfile, tag: LanguageTag): Promise<WebCall | 'no-agent' | 'vendor-failed'> {
    const own = ownAgent(clinic);
    const agent = own ?? clinic.agents.find(({ provider }) => provider === 'retell');
    if (!agent) return 'no-agent';
    const [ourKey] = await retellKey.values();
    const [signing] = await bindingKey.values();
    // An agent of the clinic's alone lies in its account, where it has one, or in ours.
    const [theirKey] = (own && (await credentials.read(clinic.id, 'retell-api-key'))) ?? [];
    const wanted = {
      agentId: agent.id,
      variables: ringVariables(clinic, tag, clock.now()),
      metadata: {
        clinic_id: clinic.id,
        // The events of a web call carry no numbers.
        clinic_binding: mintBinding(signing, clinic.id, { clinicNumber: '' }, clock.now()),
      },
      ...(!own && { language: languageOf(tag), zone: clinic.zone }),
    };
    const first = await accounts.createWebCall(theirKey ?? ourKey, wanted);
    const made = first === 'agent-unknown' && theirKey ? await accounts.createWebCall(ourKey, wanted) : first;
    if (typeof made !== 'string') return made;
    log.warn('vendor.fetch-failed', { clinicId: clinic.id, reason: made });
    return 'vendor-failed';
  }

  return async (
    { clinicId, userId }: { clinicId: ClinicId; userId: UserId },
    { language }: { language?: LanguageTag },
  ): Promise<CreatedWebCall> => {
    const clinic = await clinics.profile(clinicId);
    if (clinic?.status !== 'active') return { outcome: 'clinic-inactive' };
    if (language !== undefined && !clinic.languages.includes(language)) return { outcome: 'language-unknown' };
    if ((await begun.count(clinicId, userId)) === 'too-many') return { outcome: 'too-many' };
    const call = await ask(clinic, language ?? clinic.defaultLanguage);
    if (typeof call === 'string') return { outcome: call };
    const session = await directory.claimSession(clinicId, retellConversationId(call.call_id), 'binding', clock.now());
    if (session.clinicId !== clinicId) throw new Error('a web call that was just made is the call of another clinic');
    return { outcome: 'created', call };
  };
}
