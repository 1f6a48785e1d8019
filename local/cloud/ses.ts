import { randomBytes } from 'node:crypto';
import PostalMime, { type Email } from 'postal-mime';
import { AwsError, type Handle, queryService, type QueryRequest } from './endpoint.ts';
import type { MailStore } from './mail-store.ts';
import { type SentMail, sesEvent, type SesEventType } from './ses-events.ts';
import { type Cloud, TemplateError } from './template.ts';
import type { Publish } from './topics.ts';

/** Failures a test can ask for; each counts down to none. */
export interface SesFaults {
  /** So many of the next sends are refused with `Throttling`. */
  throttle: number;
  /** So many of the next sends are accepted, and the connection ends before the answer. */
  crashAfterAccept: number;
}

export interface Ses {
  handle: Handle;
  faults: SesFaults;
}

/** Limits of SES. */
const mostRecipients = 50;
const largestMessageBytes = 10 * 1024 * 1024;

/** SES takes these for itself; no recipient sees them. */
const headersForSes = ['bcc', 'x-ses-configuration-set', 'x-ses-message-tags', 'x-ses-source-arn', 'x-ses-from-arn'];

type EventDestination = { types: Set<string>; topicArn: string };

/** `SendRawEmail`, the identities that may send and the event destinations of the templates. Mail goes to `mails`. */
export function openSes(cloud: Cloud, mails: MailStore, publish: Publish): Ses {
  const faults: SesFaults = { throttle: 0, crashAfterAccept: 0 };
  const identities = new Map(
    cloud
      .ofType<{ ConfigurationSetAttributes?: { ConfigurationSetName?: string }; EmailIdentity: string }>(
        'AWS::SES::EmailIdentity',
      )
      .map(({ properties }) => [
        properties.EmailIdentity.toLowerCase(),
        properties.ConfigurationSetAttributes?.ConfigurationSetName,
      ]),
  );
  const destinations = eventDestinations(cloud);

  function tell(types: SesEventType[], mail: SentMail, recipients: string[]): void {
    for (const type of recipients.length ? types : []) {
      for (const { types: wanted, topicArn } of destinations.get(mail.configurationSet) ?? []) {
        if (wanted.has(type.toLowerCase())) publish(topicArn, sesEvent(type, mail, recipients, Date.now()));
      }
    }
  }

  async function send({ parameters, hangUp }: QueryRequest): Promise<string> {
    if (faults.throttle > 0) {
      faults.throttle -= 1;
      throw new AwsError('Throttling', 'Maximum sending rate exceeded.');
    }
    const raw = Buffer.from(parameters.get('RawMessage.Data') ?? '', 'base64');
    if (raw.length === 0 || raw.length > largestMessageBytes) {
      throw new AwsError('InvalidParameterValue', `Message length is ${raw.length} bytes`);
    }
    const head = await PostalMime.parse(raw.subarray(0, endOfHeaders(raw)));
    const sent = read(parameters, head, identities, cloud.place.region);
    if (!destinations.has(sent.configurationSet) && sent.configurationSet) {
      const message = `Configuration set <${sent.configurationSet}> does not exist.`;
      throw new AwsError('ConfigurationSetDoesNotExist', message);
    }
    const bounced = sent.destination.filter((address) => simulates('bounce', address));
    const complaining = sent.destination.filter((address) => simulates('complaint', address));
    const reached = sent.destination.filter((address) => !bounced.includes(address));
    mails.add(
      {
        messageId: sent.messageId,
        recipients: (reached.length ? reached : bounced).join(', '),
        subject: sent.subject,
        conversation: headerOf(head, 'x-frontdesk-conversation') ?? null,
        fate: reached.length === 0 ? 'bounced' : complaining.length ? 'complained' : 'delivered',
        receivedAt: sent.timestamp,
      },
      withoutHeaders(raw, headersForSes),
    );
    setImmediate(() => {
      tell(['Send'], sent, sent.destination);
      tell(['Bounce'], sent, bounced);
      tell(['Delivery'], sent, reached);
      tell(['Complaint'], sent, complaining);
    });
    if (faults.crashAfterAccept > 0) {
      faults.crashAfterAccept -= 1;
      hangUp();
    }
    return `<MessageId>${sent.messageId}</MessageId>`;
  }

  return { faults, handle: queryService('http://ses.amazonaws.com/doc/2010-12-01/', { SendRawEmail: send }) };
}

/** As at SES, an address whose local part says so bounces or complains; what follows `+` is a label. */
const simulates = (what: 'bounce' | 'complaint', address: string): boolean =>
  address.split('@')[0]?.split('+')[0]?.toLowerCase() === what;

function read(
  parameters: URLSearchParams,
  head: Email,
  identities: ReadonlyMap<string, string | undefined>,
  region: string,
): SentMail {
  const source = parameters.get('Source') ?? headerOf(head, 'from') ?? '';
  const address = (/<([^>]+)>/.exec(source)?.[1] ?? source).trim().toLowerCase();
  const identity = [address, address.split('@').at(-1) ?? ''].find((known) => identities.has(known));
  if (!identity) {
    const message = `Email address is not verified. The following identities failed the check: ${address}`;
    throw new AwsError('MessageRejected', message);
  }
  const named = members(parameters, 'Destinations').map((member) => member['']?.trim() ?? '');
  const inHeaders = [...(head.to ?? []), ...(head.cc ?? []), ...(head.bcc ?? [])].flatMap(
    ({ address: one }) => one ?? [],
  );
  const destination = named.length ? named : inHeaders;
  if (destination.length === 0) throw new AwsError('InvalidParameterValue', 'Missing required header: To');
  if (destination.length > mostRecipients) {
    throw new AwsError('InvalidParameterValue', `Recipient count exceeds ${mostRecipients}.`);
  }
  const tagsInHeader = (headerOf(head, 'x-ses-message-tags') ?? '').split(',').filter((pair) => pair.includes('='));
  const tags = Object.fromEntries([
    ...tagsInHeader.map((pair) => pair.split('=').map((part) => part.trim())),
    ...members(parameters, 'Tags').map(({ '.Name': name, '.Value': value }) => [name, value]),
  ]) as Record<string, string>;
  return {
    messageId: `${Date.now().toString(16).padStart(16, '0')}-${randomBytes(16).toString('hex')}-000000`,
    source,
    destination,
    timestamp: Date.now(),
    headers: head.headers
      .filter(({ key }) => !headersForSes.includes(key))
      .map(({ originalKey, value }) => ({ name: originalKey, value })),
    subject: head.subject ?? '',
    configurationSet:
      parameters.get('ConfigurationSetName') ??
      headerOf(head, 'x-ses-configuration-set') ??
      identities.get(identity) ??
      '',
    tags,
    region,
  };
}

const headerOf = (email: Email, name: string): string | undefined =>
  email.headers.find(({ key }) => key === name)?.value;

/** A list of the Query protocol: `List.member.1`, or `List.member.1.Field` for a list of structures. */
function members(parameters: URLSearchParams, list: string): Record<string, string>[] {
  const found: Record<string, string>[] = [];
  for (const [name, value] of parameters) {
    const [, index, field = ''] = new RegExp(`^${list}\\.member\\.(\\d+)(\\.\\w+)?$`).exec(name) ?? [];
    if (index) (found[Number(index) - 1] ??= {})[field] = value;
  }
  return found;
}

/** Where the headers end, their last line break included. */
function endOfHeaders(raw: Buffer): number {
  const windows = raw.indexOf('\r\n\r\n');
  const unix = raw.indexOf('\n\n');
  if (windows >= 0 && (unix < 0 || windows < unix)) return windows + 2;
  return unix >= 0 ? unix + 1 : raw.length;
}

/** The message without some of its headers, continuation lines included. The rest keeps its bytes. */
function withoutHeaders(raw: Buffer, names: string[]): Buffer {
  const end = endOfHeaders(raw);
  const head = raw.toString('latin1', 0, end);
  const kept = head.replace(/^([^\s:]+):[^\n]*\n(?:[ \t][^\n]*\n)*/gm, (line, name: string) =>
    names.includes(name.toLowerCase()) ? '' : line,
  );
  return kept.length === head.length ? raw : Buffer.concat([Buffer.from(kept, 'latin1'), raw.subarray(end)]);
}

function eventDestinations(cloud: Cloud): Map<string, EventDestination[]> {
  const byConfigurationSet = new Map<string, EventDestination[]>(
    cloud.ofType('AWS::SES::ConfigurationSet').map(({ name }) => [name, []]),
  );
  for (const { properties, where } of cloud.ofType<{
    ConfigurationSetName: string;
    EventDestination: {
      Enabled?: boolean;
      MatchingEventTypes: string[];
      SnsDestination?: { TopicARN: string };
    };
  }>('AWS::SES::ConfigurationSetEventDestination')) {
    const { Enabled, MatchingEventTypes, SnsDestination } = properties.EventDestination;
    if (Enabled === false) continue;
    if (!SnsDestination) throw new TemplateError(where, 'only event destinations on SNS are reproduced');
    const types = new Set(MatchingEventTypes.map((type) => type.toLowerCase()));
    byConfigurationSet.get(properties.ConfigurationSetName)?.push({ types, topicArn: SnsDestination.TopicARN });
  }
  return byConfigurationSet;
}
