import { Stack } from 'aws-cdk-lib';
import type { StageSettings } from '../settings.ts';
import type { Holder } from './rights.ts';

/** Reports what became of every e-mail. */
export const configurationSetName = ({ stage }: StageSettings): string => `frontdesk-${stage}`;

/** Handing e-mails to SES: from our one address, and reported. */
export function allowEmail(holder: Holder, settings: StageSettings): void {
  const arn = (resource: string, resourceName: string) =>
    Stack.of(holder).formatArn({ service: 'ses', resource, resourceName });
  holder.allow(
    ['ses:SendRawEmail'],
    [arn('identity', settings.mailDomain), arn('configuration-set', configurationSetName(settings))],
    { StringEquals: { 'ses:FromAddress': settings.senderAddress } },
  );
}
