import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct, IConstruct } from 'constructs';
import type { House } from '../house.ts';
import type { StageSettings } from '../settings.ts';

/** What runs under a role of its own: a function, the voice service. */
export interface Holder extends IConstruct {
  /** Rights, in so many words. */
  allow(actions: string[], resources: string[], conditions?: Record<string, Record<string, string | string[]>>): void;
}

const reads = ['GetItem', 'BatchGetItem', 'Query'] as const;
const writes = ['PutItem', 'UpdateItem', 'ConditionCheckItem'] as const;

/** What a function may do with a table. No Scan, no PartiQL: a request without a key passes every isolation rule. */
export type TableAction = (typeof reads)[number] | (typeof writes)[number];

/** A service acts for this account only, never for another that names our role. */
export const forUs = (scope: Construct) => ({ StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } });

/** Use of a key only through the one service that holds the data, and never directly. */
function allowKey(
  holder: Holder,
  key: IKey,
  service: 'dynamodb' | 's3' | 'secretsmanager' | 'sqs',
  actions: string[],
): void {
  const { region, urlSuffix } = Stack.of(holder);
  holder.allow(actions, [key.keyArn], { StringEquals: { 'kms:ViaService': `${service}.${region}.${urlSuffix}` } });
}

/** `actions` are on the table itself; each of `indexes` may be queried, which does not open the table to queries. */
export function allowTable(
  holder: Holder,
  table: Table,
  actions: TableAction[],
  indexes: ('GSI1' | 'GSI2')[] = [],
): void {
  const indexArns = indexes.map((index) => `${table.tableArn}/index/${index}`);
  if (actions.length) {
    holder.allow(
      actions.map((action) => `dynamodb:${action}`),
      [table.tableArn],
    );
  }
  if (indexArns.length) holder.allow(['dynamodb:Query'], indexArns);
  allowTableKey(
    holder,
    table,
    actions.some((action) => writes.some((write) => write === action)),
  );
}

const allowTableKey = (holder: Holder, table: Table, isWritten: boolean): void =>
  allowKey(holder, table.encryptionKey!, 'dynamodb', [
    'kms:Decrypt',
    'kms:DescribeKey',
    ...(isWritten ? ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'] : []),
  ]);

/**
 * Deleting is allowed only where an item means that something is occupied, so that giving it back is its end, or says
 * what a clinic is. What tells of a call is deleted by retention alone, and nobody can delete what is on record.
 *
 * @param partitions patterns of partition keys, such as `CLINIC#*#CAL#*`
 */
export function allowDelete(holder: Holder, table: Table, partitions: (`CLINIC#${string}` | 'AGT#*')[]): void {
  holder.allow(['dynamodb:DeleteItem'], [table.tableArn], {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions },
    // Without it a request that names no key at all would pass.
    Null: { 'dynamodb:LeadingKeys': 'false' },
  });
}

/** Putting an act on record, among those that wait to be chained: nobody writes over what is chained already. */
export function allowRecord(holder: Holder, audit: Table): void {
  holder.allow(['dynamodb:PutItem'], [audit.tableArn], {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['CLINIC#*#PEND'] },
    // Without it a request that names no key at all would pass.
    Null: { 'dynamodb:LeadingKeys': 'false' },
  });
  allowTableKey(holder, audit, true);
}

/** What finding, holding, booking, moving and cancelling need, each act with its record in the same write. */
export function allowBooking(holder: Holder, core: Table, audit: Table): void {
  allowTable(
    holder,
    core,
    ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
    ['GSI1'],
  );
  allowDelete(holder, core, ['CLINIC#*#CAL#*', 'CLINIC#*#SWEEP']);
  allowRecord(holder, audit);
}

/** What finding out who asks needs: every function behind the sign-in begins with it. */
export function allowMembership(holder: Holder, { core, routing }: { core: Table; routing: Table }): void {
  allowTable(holder, core, ['BatchGetItem']);
  allowTable(holder, routing, ['GetItem', 'Query']);
}

/**
 * What changing a clinic needs, as `ClinicRegistry.save` does it. What a clinic no longer says of itself is deleted from
 * the one partition of its profile; nothing of its calls and patients lies there.
 */
export function allowClinicChanges(
  holder: Holder,
  { core, routing, audit }: { core: Table; routing: Table; audit: Table },
): void {
  allowTable(holder, core, ['Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'], ['GSI1']);
  allowDelete(holder, core, ['CLINIC#????????-????-????-????-????????????']);
  allowTable(holder, routing, ['BatchGetItem', 'PutItem']);
  allowRecord(holder, audit);
}

export function allowBucket(holder: Holder, bucket: Bucket, actions: ('GetObject' | 'PutObject')[]): void {
  const bucketArn = Stack.of(bucket).exportValue(bucket.bucketArn);
  holder.allow(
    actions.map((action) => `s3:${action}`),
    [`${bucketArn}/*`],
  );
  const exportName = Stack.of(holder).resolve(bucketArn)['Fn::ImportValue'];
  Validations.of(holder).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${exportName}/*]`,
    reason: 'Bodies are named by the hash of their content, so the objects of the one bucket cannot be listed here.',
  });
  allowKey(holder, bucket.encryptionKey!, 's3', [
    ...(actions.includes('GetObject') ? ['kms:Decrypt'] : []),
    ...(actions.includes('PutObject') ? ['kms:GenerateDataKey'] : []),
  ]);
}

/** The end of bodies below a prefix: to list them, and to delete what is there. */
export function allowRemoval(holder: Holder, bucket: Bucket, prefix: string): void {
  const bucketArn = Stack.of(bucket).exportValue(bucket.bucketArn);
  holder.allow(['s3:ListBucket'], [bucketArn], { StringLike: { 's3:prefix': `${prefix}/*` } });
  holder.allow(['s3:DeleteObject'], [`${bucketArn}/${prefix}/*`]);
  const exportName = Stack.of(holder).resolve(bucketArn)['Fn::ImportValue'];
  Validations.of(holder).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${exportName}/${prefix}/*]`,
    reason: 'What is no longer kept is known when its time has come, not when this is deployed.',
  });
}

export function allowSecret(holder: Holder, secret: CfnSecret, key: IKey): void {
  holder.allow(['secretsmanager:GetSecretValue'], [secret.ref]);
  allowKey(holder, key, 'secretsmanager', ['kms:Decrypt']);
}

/** What the names of clinics' own secrets begin with. */
export const clinicSecrets = (settings: StageSettings): string => `frontdesk-${settings.stage}/clinics`;

/** The secrets clinics have of their own: one for each clinic and kind, under one prefix. */
export function allowClinicSecrets(holder: Holder, house: House, how: 'read' | 'remove' | 'change'): void {
  const more = {
    read: [],
    remove: ['DeleteSecret'],
    change: ['CreateSecret', 'PutSecretValue', 'DeleteSecret', 'RestoreSecret'],
  };
  allowSecretsBelow(holder, clinicSecrets(house.settings), ['GetSecretValue', ...more[how]]);
  allowKey(holder, house.data.dataKey, 'secretsmanager', [
    'kms:Decrypt',
    ...(how === 'change' ? ['kms:GenerateDataKey'] : []),
  ]);
}

/** What the names of the logins of SIP trunks begin with. */
export const trunkSecrets = (settings: StageSettings): string => `frontdesk-${settings.stage}/trunks`;

/** To read by what calls over SIP trunks are let in: an operator puts a secret for each trunk, under one prefix. */
export function allowTrunkLogins(holder: Holder, { settings, data }: House): void {
  allowSecretsBelow(holder, trunkSecrets(settings), ['GetSecretValue']);
  allowKey(holder, data.dataKey, 'secretsmanager', ['kms:Decrypt']);
}

function allowSecretsBelow(holder: Holder, prefix: string, actions: string[]): void {
  const stack = Stack.of(holder);
  const secrets = stack.formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${prefix}/*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  holder.allow(
    actions.map((action) => `secretsmanager:${action}`),
    [secrets],
  );
  Validations.of(holder).acknowledge({
    id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:secretsmanager:${stack.region}:<AWS::AccountId>:secret:${prefix}/*]`,
    reason: 'Clinics and trunks come without a deploy, so that their secrets are known by the prefix alone.',
  });
}

export function allowSend(holder: Holder, queue: IQueue): void {
  holder.allow(['sqs:SendMessage'], [queue.queueArn]);
  allowKey(holder, queue.encryptionMasterKey!, 'sqs', ['kms:Decrypt', 'kms:GenerateDataKey']);
}

export function allowReceive(holder: Holder, queue: IQueue): void {
  holder.allow(['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'], [queue.queueArn]);
  allowKey(holder, queue.encryptionMasterKey!, 'sqs', ['kms:Decrypt']);
}
