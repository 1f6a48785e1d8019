import type { CredentialReader } from '#domain/clinics/credentials/vault.ts';
import type { ClinicId, ConversationId } from '#domain/ids.ts';
import type { ClinicDirectory } from '#domain/routing/clinic-directory.ts';

/** Whose a request says it is, before anything of it is proven. */
export interface Claimed {
  number?: string;
  agentId?: string;
  conversationId?: ConversationId;
}

/** The keys of the clinics a request may be of, for those that have an account of their own. */
export type ClinicKeys = (claimed: Claimed) => Promise<{ clinicId: ClinicId; values: readonly string[] }[]>;

/**
 * Finds by what a request claims only which keys to try. What is signed with a clinic's own key speaks for that clinic
 * and for no other, whatever it claims.
 */
export function createClinicKeys({
  directory,
  credentials,
}: {
  directory: Pick<ClinicDirectory, 'find'>;
  credentials: CredentialReader;
}): ClinicKeys {
  return async ({ number, agentId, conversationId }) => {
    const found = await directory.find({
      number,
      ...(agentId !== undefined && { agent: { provider: 'retell', id: agentId } }),
      conversationId,
    });
    const clinicIds = [found.session, found.agent, found.number].flatMap((one) => one?.clinicId ?? []);
    const keys = await Promise.all(
      [...new Set(clinicIds)].map(async (clinicId) => {
        const values = await credentials.read(clinicId, 'retell-api-key');
        return values ? [{ clinicId, values }] : [];
      }),
    );
    return keys.flat();
  };
}
