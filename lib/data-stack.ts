import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { nameIn } from './name-in.ts';
import { SignIn } from './parts/sign-in.ts';
import type { StageSettings } from './settings.ts';

interface TableOptions {
  indexes: ('GSI1' | 'GSI2')[];
  /** What the indexes hold besides keys, where that is not all. */
  listed?: string[];
  timeToLiveAttribute?: string;
  stream?: StreamViewType;
}

/** How far back a table can be brought. */
const pointInTimeRecovery = Duration.days(35);

/** A stored event without its raw body: a list of events says what they are, not what was said. */
const listedOfEvent = [
  'eventKey',
  'provider',
  'eventType',
  'conversationId',
  'state',
  'reason',
  'maskedNumber',
  'receivedAt',
  'source',
  'replay',
  'clinicId',
  'outboundCallId',
  'requeues',
];

/** What outlives every deploy: tables, bodies too large for them, keys, secrets, people. Nothing here is ever deleted by us. */
export class DataStack extends Stack {
  readonly core: Table;
  readonly routing: Table;
  readonly inbox: Table;
  readonly audit: Table;
  readonly payloads: Bucket;
  readonly retellApiKey: CfnSecret;
  readonly clinicBindingKey: CfnSecret;
  readonly twilioSecret: CfnSecret;
  readonly openAiKey: CfnSecret;
  readonly signIn: SignIn;
  /** Encrypts what patients said: tables, bodies, secrets. */
  readonly dataKey: Key;
  readonly operationsKey: Key;
  readonly #settings: StageSettings;

  constructor(scope: Construct, id: string, settings: StageSettings, props: StackProps) {
    super(scope, id, { ...props, terminationProtection: true });
    this.#settings = settings;

    this.dataKey = new Key(this, 'DataKey', {
      alias: nameIn(settings, 'data'),
      description: 'Frontdesk: tables, call bodies and secrets',
      enableKeyRotation: true,
    });
    this.operationsKey = this.#operationsKey();

    this.core = this.#table('core', { indexes: ['GSI1', 'GSI2'], timeToLiveAttribute: 'ttl' });
    this.routing = this.#table('routing', { indexes: ['GSI1'] });
    this.inbox = this.#table('inbox', { indexes: ['GSI1'], listed: listedOfEvent, timeToLiveAttribute: 'ttl' });
    this.audit = this.#table('audit', { indexes: ['GSI1'], stream: StreamViewType.NEW_IMAGE });
    this.payloads = this.#payloads();
    this.signIn = new SignIn(this, 'SignIn', settings);

    this.retellApiKey = this.#secret('RetellApiKey', {
      name: `frontdesk-${settings.stage}/retell-api-key`,
      description:
        'Retell API key, as plain text. Created empty; docs/deploy.md says how to put it and how to rotate it.',
    });
    this.clinicBindingKey = this.#secret('ClinicBindingKey', {
      name: `frontdesk-${settings.stage}/clinic-binding-key`,
      description:
        'Signs the clinic a call belongs to, for the vendor to echo. Made by Secrets Manager, seen by nobody.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
    this.twilioSecret = this.#secret('TwilioSecret', {
      name: `frontdesk-${settings.stage}/twilio`,
      description:
        'Twilio account, as JSON with accountSid and authToken. Created empty; docs/deploy.md says how to put it.',
    });
    this.openAiKey = this.#secret('OpenAiKey', {
      name: `frontdesk-${settings.stage}/openai-api-key`,
      description: 'OpenAI project key, as plain text. Created empty; docs/deploy.md says how to put it.',
    });
  }

  #table(name: string, { indexes, listed, ...options }: TableOptions): Table {
    const table = new Table(this, name[0]!.toUpperCase() + name.slice(1), {
      tableName: nameIn(this.#settings, name),
      partitionKey: { name: 'PK', type: AttributeType.STRING },
      sortKey: { name: 'SK', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: pointInTimeRecovery.toDays(),
      },
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.dataKey,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...options,
    });
    for (const index of indexes) {
      table.addGlobalSecondaryIndex({
        indexName: index,
        partitionKey: { name: `${index}PK`, type: AttributeType.STRING },
        sortKey: { name: `${index}SK`, type: AttributeType.STRING },
        ...(listed
          ? { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: listed }
          : { projectionType: ProjectionType.ALL }),
      });
    }
    Validations.of(table).acknowledge({
      id: 'HIPAA.Security-DynamoDBInBackupPlan',
      reason:
        'Point-in-time recovery reaches back 35 days, every second, and deletion is refused; audit copies leave by export.',
    });
    new CfnOutput(this, `${name}TableName`, { value: table.tableName });
    return table;
  }

  /** Bodies over 100 KB. The raw events among them are needed no longer than their inbox item. */
  #payloads(): Bucket {
    const shared = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    const accessLog = new Bucket(this, 'PayloadsAccessLog', {
      ...shared,
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ expiration: Duration.days(365), noncurrentVersionExpiration: Duration.days(1) }],
    });
    const payloads = new Bucket(this, 'Payloads', {
      ...shared,
      encryption: BucketEncryption.KMS,
      encryptionKey: this.dataKey,
      // One call to KMS for many objects, not one for each.
      bucketKeyEnabled: true,
      serverAccessLogsBucket: accessLog,
      lifecycleRules: [
        { prefix: 'inbox/', expiration: Duration.days(30), noncurrentVersionExpiration: Duration.days(1) },
        // What was deleted is forgotten when the tables forget it.
        { prefix: 'transcripts/', noncurrentVersionExpiration: pointInTimeRecovery },
        { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    const oneRegion = {
      id: 'HIPAA.Security-S3BucketReplicationEnabled',
      reason: 'The data of a deployment stays in its one region; versions and retention guard against loss by mistake.',
    };
    Validations.of(payloads).acknowledge(oneRegion);
    Validations.of(accessLog).acknowledge(oneRegion, {
      id: 'HIPAA.Security-S3DefaultEncryptionKMS',
      reason: 'S3 delivers access logs only to buckets encrypted with its own key. They name objects, never content.',
    });
    new CfnOutput(this, 'payloadsBucketName', { value: payloads.bucketName });
    return payloads;
  }

  /**
   * The key of logs, queues and topics. Its whole policy is here, with the services that use it by name: a policy
   * extended from the backend would make the two stacks depend on each other.
   */
  #operationsKey(): Key {
    const key = new Key(this, 'OperationsKey', {
      alias: nameIn(this.#settings, 'operations'),
      description: 'Frontdesk: logs, queues and topics',
      enableKeyRotation: true,
    });
    const { stage } = this.#settings;
    const logGroup = (name: string) => this.formatArn({ service: 'logs', resource: `log-group:${name}` });
    // In a key's own policy `*` is the key itself.
    const resources = ['*'];
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Logs',
        principals: [new ServicePrincipal(`logs.${this.region}.amazonaws.com`)],
        actions: [
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:GenerateDataKey',
          'kms:GenerateDataKeyWithoutPlaintext',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        resources,
        conditions: {
          ArnLike: {
            'kms:EncryptionContext:aws:logs:arn': [
              logGroup(`/frontdesk/${stage}/*`),
              logGroup(`/aws/vendedlogs/frontdesk-${stage}-*`),
              logGroup(`/aws/vendedlogs/states/frontdesk-${stage}-*`),
              logGroup(`aws-waf-logs-frontdesk-${stage}-*`),
            ],
          },
        },
      }),
    );
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'PublishersAndTopics',
        principals: ['ses.amazonaws.com', 'sns.amazonaws.com', 'cloudwatch.amazonaws.com'].map(
          (service) => new ServicePrincipal(service),
        ),
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources,
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    return key;
  }

  #secret(id: string, props: ConstructorParameters<typeof CfnSecret>[2]): CfnSecret {
    const secret = new CfnSecret(this, id, { ...props, kmsKeyId: this.dataKey.keyArn });
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN);
    const reason =
      'Rotated by hand with overlap, as docs/deploy.md says: the old key is accepted for an hour after the new.';
    Validations.of(secret).acknowledge(
      { id: 'AwsSolutions-SMG4', reason },
      { id: 'HIPAA.Security-SecretsManagerRotationEnabled', reason },
    );
    return secret;
  }
}
