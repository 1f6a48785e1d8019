import { renameSync, rmSync, writeFileSync } from 'node:fs';
import type { EmailContent } from '#domain/clinics/settings/email-settings.ts';
import type { PlatformRole, Role } from '#domain/clinics/members/member.ts';
import { type ClinicProfile, isWrittenTo } from '#domain/clinics/clinic-store.ts';

export type TableNames = Record<'core' | 'routing' | 'inbox' | 'audit', string>;

/** What other clients on this machine read to reach the running system. Fields are only ever added. */
export interface LocalJson {
  stage: 'local';
  /** Base of the HTTP API. */
  api: string;
  /** Where the voice service answers; its sockets are opened there. */
  voice: string;
  /** A page to read the e-mails on; and a list of them, newest last, `?conversation=<id>` for those of one. */
  mailbox: { url: string; json: string };
  /** Every AWS API; `control` is what only this machine has (docs/local.md). */
  aws: { endpoint: string; region: string; control: string };
  dynamodb: { endpoint: string; tables: TableNames };
  /** `control` only of a stand-in. Where the vendor itself is spoken to, its key is told to nobody. */
  retell: { apiKey: string; baseUrl: string; control?: string };
  twilio: { accountSid: string; authToken: string; baseUrl: string; control?: string };
  openai: { apiKey: string; baseUrl: string; realtimeUrl: string; control?: string };
  /** Where people sign in; `npm run sign-in` does it. The password is this start's alone, and everybody's. */
  signIn?: {
    issuer: string;
    clientId: string;
    redirectUri: string;
    password: string;
    members: {
      name: string;
      userId: string;
      email: string;
      platformRole?: PlatformRole;
      clinics: { slug: string; role: Role }[];
    }[];
  };
  /** As they stood at the start. `recipients` are the addresses that hear of every call. */
  clinics: (Omit<LocalClinic, 'recipients'> & {
    recipients: string[];
    /** For the booking API, made at this start. */
    apiKey: string;
    /** Of its LLM socket below `voice`, with a key made at this start; the id of a call follows. */
    llmSocketPath: string;
  })[];
}

/** A clinic as the tools of this machine know it. */
export interface LocalClinic {
  id: string;
  slug: string;
  name: string;
  language: string;
  zone: string;
  numbers: string[];
  agents: { provider: string; id: string; kind: string }[];
  recipients: { address: string; events: string[]; alternative: boolean; disabled: string | null }[];
  /** How much of a call its e-mails carry. */
  emailContent: EmailContent;
}

export const localClinic = (clinic: ClinicProfile): LocalClinic => ({
  id: clinic.id,
  slug: clinic.slug,
  name: clinic.name,
  language: clinic.defaultLanguage,
  zone: clinic.zone,
  numbers: clinic.numbers.map(({ number }) => number),
  agents: clinic.agents,
  recipients: clinic.recipients
    .filter(({ awaiting }) => !awaiting)
    .map(({ address, events, alternative, disabled }) => ({
      address,
      events,
      alternative,
      disabled: disabled?.reason ?? null,
    })),
  emailContent: clinic.email.content,
});

/** The clinic as `local.json` tells of it. */
export const announcedClinic = (
  clinic: ClinicProfile,
  issued: Pick<LocalJson['clinics'][number], 'apiKey' | 'llmSocketPath'>,
): LocalJson['clinics'][number] => ({
  ...localClinic(clinic),
  ...issued,
  recipients: clinic.recipients
    .filter((recipient) => !recipient.alternative && isWrittenTo(recipient) && recipient.events.includes('all'))
    .map(({ address }) => address),
});

/** Tables are named `frontdesk-{stage}-{what}`. @throws Error when one of the four is missing */
export function tableNames(names: string[]): TableNames {
  const named = (what: keyof TableNames): string => {
    const found = names.find((name) => name.endsWith(`-${what}`));
    if (!found) throw new Error(`the templates have no table …-${what}`);
    return found;
  };
  return { core: named('core'), routing: named('routing'), inbox: named('inbox'), audit: named('audit') };
}

/** Writes the file whole or not at all, readable by its owner: it carries a key. */
export function writeLocalJson(path: string, content: LocalJson): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export const removeLocalJson = (path: string): void => rmSync(path, { force: true });
