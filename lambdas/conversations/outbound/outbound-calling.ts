import { createCallConsents } from '#adapters/dynamodb/call-consents.ts';
import { createAppointmentStore } from '#adapters/dynamodb/appointments.ts';
import { createClinicDirectory } from '#adapters/dynamodb/clinic-directory.ts';
import { createCredentialLookup } from '#adapters/dynamodb/credentials.ts';
import { createMessageReader } from '#adapters/dynamodb/conversation-acts.ts';
import { createOutboundCalls } from '#adapters/dynamodb/outbound-calls.ts';
import { createPatientReader } from '#adapters/dynamodb/patient-reader.ts';
import { createSuppressionList } from '#adapters/dynamodb/suppression-list.ts';
import type { Table } from '#adapters/dynamodb/table.ts';
import { createRetellDialer } from '#adapters/retell/dialer.ts';
import { createClinicSecretReader } from '#adapters/secrets/clinic-secrets.ts';
import type { Secret } from '#adapters/secrets/secret.ts';
import { createTwilioDialer } from '#adapters/twilio/dialer.ts';
import type { TwilioSecret } from '#adapters/twilio/secret.ts';
import { createCredentialReader } from '#domain/clinics/credentials/vault.ts';
import type { Clock } from '#domain/clock.ts';
import { placeOutboundCall } from '#domain/conversations/outbound/place-outbound-call.ts';
import type { Log } from '#domain/log.ts';
import { callQuery, twilioPaths } from '#lambdas/twilio-urls.ts';

interface Options {
  tables: Record<'core' | 'routing' | 'audit', Table>;
  retell: { key: Secret; baseUrl: string };
  /** What the names of clinics' own secrets begin with. */
  clinicSecrets: string;
  twilio: { secret: Pick<TwilioSecret, 'account'>; baseUrl: string };
  bindingKey: Secret;
  apiUrl: string;
  clock: Clock;
  log: Log;
}

/** Everything a process needs that calls people: stores, and the lines of both vendors. */
export function outboundCalling({ tables, retell, clinicSecrets, twilio, bindingKey, apiUrl, clock, log }: Options) {
  const { core, routing, audit } = tables;
  const credentials = createCredentialReader({
    store: createCredentialLookup(core),
    secrets: createClinicSecretReader(clinicSecrets),
    clock,
  });
  const shared = {
    calls: createOutboundCalls({ core, audit }),
    consents: createCallConsents({ core, audit }, clock),
    suppressions: createSuppressionList({ core, audit }, clock),
    appointments: createAppointmentStore(core),
    patients: createPatientReader(core),
    acts: createMessageReader(core),
    clock,
    log,
  };
  return {
    ...shared,
    place: placeOutboundCall({
      ...shared,
      directory: createClinicDirectory(routing),
      dialers: {
        retell: createRetellDialer({
          baseUrl: retell.baseUrl,
          key: async () => (await retell.key.values())[0],
          keyOfClinic: async (clinicId) => (await credentials.read(clinicId, 'retell-api-key'))?.[0],
          bindingKey: async () => (await bindingKey.values())[0],
          clock,
        }),
        twilio: createTwilioDialer({
          baseUrl: twilio.baseUrl,
          account: twilio.secret.account,
          answerUrl: (callId) => `${apiUrl}${twilioPaths.incomingCall}?${callQuery}=${callId}`,
          statusUrl: (callId) => `${apiUrl}${twilioPaths.callStatus}?${callQuery}=${callId}`,
        }),
      },
    }),
  };
}
