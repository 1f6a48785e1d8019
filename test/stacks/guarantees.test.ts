import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlatformRole } from '#domain/clinics/members/member.ts';
import { StoredEvent } from '#domain/conversations/event-inbox.ts';
import { apiDocument } from '#lambdas/api-document.ts';
import { settingsFor } from '#lib/settings.ts';
import { signedInRoutes } from '#test/signed-in/routes.ts';
import { type Resource, synthesize } from './synthesized.ts';

const app = await synthesize('prod');

/** What vendors ask in their own words, described by them, and why no client of ours may: each needs their proof. */
const askedByVendors = Object.keys({
  'POST /api/retell/inbound': 'Retell asks whose number rings; its signature over the bytes',
  'POST /api/retell/inbound/{clinicId}': 'the same, as agents of old have it',
  'POST /api/retell/webhook': 'Retell tells of calls; its signature over the bytes',
  'POST /api/functions/{tool}': 'Retell’s agents use tools; its signature over the bytes. Tools are in docs/tools.md',
  'POST /api/n8n/retell-webhook/{clinicId}':
    'a relay passes Retell’s events on; a secret of the clinic’s, docs/agents.md',
  'POST /api/twilio/incoming-call': 'Twilio asks what to do with a call; its signature over address and form',
  'POST /api/twilio/after-stream': 'Twilio asks what comes after the stream; the same',
  'POST /api/twilio/call-status': 'Twilio tells of calls; the same',
  'POST /api/twilio/recording-status': 'Twilio tells of recordings; the same',
  'POST /api/twilio/incoming-message': 'Twilio brings messages; the same',
  'POST /api/twilio/message-status': 'Twilio tells of messages; the same',
});

interface Index {
  IndexName: string;
  KeySchema: { AttributeName: string }[];
  Projection: { ProjectionType: string; NonKeyAttributes?: string[] };
}

const properties = (type: string) => app.resources(type).map(({ Properties }) => app.resolve(Properties));
const keyOf = (id: 'DataKey' | 'OperationsKey') => {
  const key = app.resources('AWS::KMS::Key').find((resource) => resource.id.startsWith(id));
  return `${key?.id}.Arn`;
};

describe('what patients said', () => {
  test('every table is encrypted with our key, can go back to any second of 35 days, and refuses to be deleted', () => {
    const tables = app.resources('AWS::DynamoDB::Table');
    expect(tables.map(({ Properties }) => Properties.TableName).toSorted()).toEqual([
      'frontdesk-prod-audit',
      'frontdesk-prod-core',
      'frontdesk-prod-inbox',
      'frontdesk-prod-routing',
    ]);
    for (const { Properties, DeletionPolicy } of tables) {
      expect(app.resolve(Properties)).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: keyOf('DataKey') },
        KeySchema: [
          { AttributeName: 'PK', KeyType: 'HASH' },
          { AttributeName: 'SK', KeyType: 'RANGE' },
        ],
      });
      expect(DeletionPolicy).toBe('Retain');
    }
  });

  test('a table has the indexes its look-ups need and no other', () => {
    const indexes = properties('AWS::DynamoDB::Table').map(({ TableName, GlobalSecondaryIndexes }) => [
      TableName,
      GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }: Index) => [
        IndexName,
        ...KeySchema.map(({ AttributeName }) => AttributeName),
        Projection.ProjectionType,
      ]),
    ]);
    const first = ['GSI1', 'GSI1PK', 'GSI1SK', 'ALL'];
    expect(Object.fromEntries(indexes)).toEqual({
      'frontdesk-prod-core': [first, ['GSI2', 'GSI2PK', 'GSI2SK', 'ALL']],
      'frontdesk-prod-routing': [first],
      'frontdesk-prod-inbox': [['GSI1', 'GSI1PK', 'GSI1SK', 'INCLUDE']],
      'frontdesk-prod-audit': [first],
    });
  });

  test('a list of events holds every word an event is described by, and not its body', () => {
    const inbox = properties('AWS::DynamoDB::Table').find(({ TableName }) => TableName === 'frontdesk-prod-inbox');
    const [index]: Index[] = inbox.GlobalSecondaryIndexes;
    const listed = index?.Projection.NonKeyAttributes;
    expect(listed).toEqual(expect.arrayContaining(Object.keys(StoredEvent.shape)));
    expect(listed?.filter((name) => /^raw/.test(name))).toEqual([]);
  });

  test('raw events and run-out holds are forgotten by themselves, and only the audit table streams', () => {
    const tables = properties('AWS::DynamoDB::Table');
    const forgets = tables.filter((table) => table.TimeToLiveSpecification);
    expect(forgets.map((table) => [table.TableName, table.TimeToLiveSpecification])).toEqual([
      ['frontdesk-prod-core', { AttributeName: 'ttl', Enabled: true }],
      ['frontdesk-prod-inbox', { AttributeName: 'ttl', Enabled: true }],
    ]);
    const streams = tables.filter((table) => table.StreamSpecification);
    expect(streams.map((table) => [table.TableName, table.StreamSpecification])).toEqual([
      ['frontdesk-prod-audit', { StreamViewType: 'NEW_IMAGE' }],
    ]);
  });

  test('large bodies are private, encrypted with our key, versioned, and raw events among them live 30 days', () => {
    const payloads = properties('AWS::S3::Bucket').find((bucket) => bucket.LoggingConfiguration);
    expect(payloads).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: keyOf('DataKey') } },
        ],
      },
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: expect.arrayContaining([expect.objectContaining({ Prefix: 'inbox/', ExpirationInDays: 30 })]),
      },
    });
    const closed = {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    };
    for (const bucket of properties('AWS::S3::Bucket')) {
      expect(bucket.PublicAccessBlockConfiguration).toEqual(closed);
    }
  });

  test('secrets carry no values: vendors’ are empty until a person fills them, ours is made where it is kept', () => {
    const secrets: Record<string, Resource['Properties']> = Object.fromEntries(
      properties('AWS::SecretsManager::Secret').map((secret) => [secret.Name, secret]),
    );
    expect(Object.keys(secrets).toSorted()).toEqual([
      'frontdesk-prod/clinic-binding-key',
      'frontdesk-prod/openai-api-key',
      'frontdesk-prod/retell-api-key',
      'frontdesk-prod/twilio',
    ]);
    const generated = Object.values(secrets).filter((secret) => secret.GenerateSecretString);
    expect(generated.map((secret) => secret.Name)).toEqual(['frontdesk-prod/clinic-binding-key']);
    expect(secrets['frontdesk-prod/clinic-binding-key']?.GenerateSecretString).not.toHaveProperty(
      'SecretStringTemplate',
    );
    expect(app.text).not.toContain('"SecretString"');
    for (const secret of Object.values(secrets)) expect(secret.KmsKeyId).toBe(keyOf('DataKey'));
  });

  test('keys rotate and are never thrown away', () => {
    for (const { Properties, DeletionPolicy } of app.resources('AWS::KMS::Key')) {
      expect(Properties.EnableKeyRotation).toBe(true);
      expect(DeletionPolicy).toBe('Retain');
    }
  });

  test('whoever deletes the stack by mistake deletes nothing a clinic needs', () => {
    const kept = ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret', 'AWS::Logs::LogGroup'];
    const lost = kept
      .flatMap((type) => app.resources(type))
      .filter(({ DeletionPolicy }) => !/^Retain/.test(DeletionPolicy ?? ''));
    expect(lost.map(({ id }) => id)).toEqual([]);
  });
});

describe('what travels', () => {
  test('queues and topics are encrypted with our key and spoken to over TLS only', () => {
    const queues = app.resources('AWS::SQS::Queue');
    const topics = app.resources('AWS::SNS::Topic');
    expect(queues).toHaveLength(10);
    for (const { Properties } of [...queues, ...topics]) {
      expect(app.resolve(Properties.KmsMasterKeyId)).toBe(keyOf('OperationsKey'));
    }
    const policies = [...app.resources('AWS::SQS::QueuePolicy'), ...app.resources('AWS::SNS::TopicPolicy')];
    const overTls = policies
      .filter(({ Properties }) =>
        Properties.PolicyDocument.Statement.some(
          (statement: { Effect: string; Condition?: unknown }) =>
            statement.Effect === 'Deny' &&
            JSON.stringify(statement.Condition) === '{"Bool":{"aws:SecureTransport":"false"}}',
        ),
      )
      .flatMap(({ Properties }) => app.resolve(Properties.Queues ?? Properties.Topics));
    expect(overTls.toSorted()).toEqual([...queues, ...topics].map(({ id }) => id).toSorted());
  });

  test('what fails five times is put aside for two weeks, never dropped', () => {
    const queues = properties('AWS::SQS::Queue');
    const isDeadLetters = (queue: { QueueName: string }) => /-dlq(\.fifo)?$/.test(queue.QueueName);
    const names = queues.filter((queue) => !isDeadLetters(queue)).map((queue) => queue.QueueName);
    expect(names.toSorted()).toEqual([
      'frontdesk-prod-call-events.fifo',
      'frontdesk-prod-email-events',
      'frontdesk-prod-notices.fifo',
    ]);
    for (const queue of queues) {
      if (isDeadLetters(queue)) expect(queue.MessageRetentionPeriod).toBe(14 * 24 * 3600);
      else expect(queue.RedrivePolicy.maxReceiveCount).toBe(5);
    }
  });

  test('call events keep the order of their call, notices that of whom they are for', () => {
    const fifo = properties('AWS::SQS::Queue').filter((queue) => queue.FifoQueue);
    expect(fifo.map((queue) => queue.QueueName).toSorted()).toEqual([
      'frontdesk-prod-call-events-dlq.fifo',
      'frontdesk-prod-call-events.fifo',
      'frontdesk-prod-notices-dlq.fifo',
      'frontdesk-prod-notices.fifo',
    ]);
  });

  test('a queue outlasts its worker six times, and only the messages that failed come again', () => {
    const queues = new Map(app.resources('AWS::SQS::Queue').map((queue) => [`${queue.id}.Arn`, queue.Properties]));
    const functions = new Map(app.resources('AWS::Lambda::Function').map(({ id, Properties }) => [id, Properties]));
    const feeds = properties('AWS::Lambda::EventSourceMapping');
    expect(feeds).toHaveLength(3);
    for (const feed of feeds) {
      expect(feed).toMatchObject({
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 10 },
      });
      const { VisibilityTimeout } = queues.get(feed.EventSourceArn)!;
      expect(VisibilityTimeout).toBe(6 * functions.get(feed.FunctionName)!.Timeout);
    }
  });

  test('e-mail leaves over TLS, signed with 2048 bits, from a domain of ours, and its fate comes back in full', () => {
    expect(properties('AWS::SES::ConfigurationSet')[0]).toMatchObject({
      Name: 'frontdesk-prod',
      DeliveryOptions: { TlsPolicy: 'REQUIRE' },
    });
    expect(properties('AWS::SES::EmailIdentity')[0]).toMatchObject({
      EmailIdentity: 'mail.frontdesk.example',
      DkimSigningAttributes: { NextSigningKeyLength: 'RSA_2048_BIT' },
      MailFromAttributes: { MailFromDomain: 'bounce.mail.frontdesk.example' },
    });
    const [destination] = properties('AWS::SES::ConfigurationSetEventDestination');
    expect(destination.EventDestination.MatchingEventTypes.toSorted()).toEqual([
      'bounce',
      'complaint',
      'delivery',
      'deliveryDelay',
      'reject',
      'renderingFailure',
      'send',
    ]);
    const toQueue = properties('AWS::SNS::Subscription').filter((subscription) => subscription.Protocol === 'sqs');
    expect(toQueue).toMatchObject([{ RawMessageDelivery: true }]);
  });
});

describe('what runs', () => {
  test('every function is the Node and processor of the settings, with its own log', () => {
    const functions = properties('AWS::Lambda::Function');
    expect(functions).toHaveLength(36);
    for (const one of functions) {
      expect(one).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
      expect(one.LoggingConfig.LogGroup).toBeTruthy();
    }
    expect(new Set(functions.map((one) => one.LoggingConfig.LogGroup)).size).toBe(functions.length);
  });

  test('logs are encrypted and kept for a year', () => {
    const groups = properties('AWS::Logs::LogGroup');
    expect(groups).toHaveLength(43);
    for (const group of groups) {
      expect(group).toMatchObject({ KmsKeyId: keyOf('OperationsKey'), RetentionInDays: 365 });
    }
  });

  test('the key of the logs admits every log group by its name', () => {
    const [logs] = app
      .resolve(app.resources('AWS::KMS::Key').find(({ id }) => id.startsWith('OperationsKey'))?.Properties.KeyPolicy)
      .Statement.filter((statement: { Sid?: string }) => statement.Sid === 'Logs');
    const patterns: string[] = logs.Condition.ArnLike['kms:EncryptionContext:aws:logs:arn'];
    const admits = (name: string) =>
      patterns.some((pattern) =>
        new RegExp(`^.*:log-group:${pattern.split(':log-group:')[1]?.replace('*', '.*')}$`).test(`:log-group:${name}`),
      );
    const refused = properties('AWS::Logs::LogGroup').filter((group) => !admits(group.LogGroupName));
    expect(refused).toEqual([]);
  });

  test('routes are those agents and numbers already call', () => {
    expect(
      properties('AWS::ApiGatewayV2::Route')
        .map((route) => route.RouteKey)
        .toSorted(),
    ).toEqual([
      'DELETE /api/credentials/{kind}',
      'DELETE /api/invitations/{invitationId}',
      'DELETE /api/members/{userId}',
      'DELETE /api/platform/clinics/{slug}',
      'DELETE /api/retell/disconnect-agent',
      'DELETE /api/settings/{section}/{id}',
      'GET /api/appointments.ics',
      'GET /api/calls/{callId}',
      'GET /api/chat/widget.js',
      'GET /api/chat/{slug}',
      'GET /api/chat/{slug}/messages',
      'GET /api/credentials',
      'GET /api/instructions',
      'GET /api/instructions/{channel}/{scope}',
      'GET /api/instructions/{channel}/{scope}/versions',
      'GET /api/instructions/{channel}/{scope}/versions/{version}',
      'GET /api/invitations',
      'GET /api/links/{token}',
      'GET /api/me',
      'GET /api/members',
      'GET /api/openapi.json',
      'GET /api/platform/clinics',
      'GET /api/platform/clinics/{slug}',
      'GET /api/retell/agent-status',
      'GET /api/settings',
      'GET /api/settings/{section}',
      'GET /api/settings/{section}/{id}',
      'GET /health',
      'OPTIONS /api/chat/{slug}/messages',
      'POST /api/booking',
      'POST /api/calls',
      'POST /api/chat/{slug}/messages',
      'POST /api/credentials/{kind}/test',
      'POST /api/functions/{tool}',
      'POST /api/instructions/{channel}/{scope}/preview',
      'POST /api/instructions/{channel}/{scope}/publish',
      'POST /api/instructions/{channel}/{scope}/roll-back',
      'POST /api/invitations',
      'POST /api/links/{token}',
      'POST /api/n8n/retell-webhook/{clinicId}',
      'POST /api/platform/clinics',
      'POST /api/retell/connect-agent',
      'POST /api/retell/create-web-call',
      'POST /api/retell/inbound',
      'POST /api/retell/inbound/{clinicId}',
      'POST /api/retell/webhook',
      'POST /api/settings/{section}',
      'POST /api/twilio/after-stream',
      'POST /api/twilio/call-status',
      'POST /api/twilio/incoming-call',
      'POST /api/twilio/incoming-message',
      'POST /api/twilio/message-status',
      'POST /api/twilio/recording-status',
      'PUT /api/credentials/{kind}',
      'PUT /api/instructions/{channel}/{scope}/draft',
      'PUT /api/members/{userId}',
      'PUT /api/patients/{patientId}/call-consent',
      'PUT /api/settings/{section}',
      'PUT /api/settings/{section}/{id}',
    ]);
    for (const integration of properties('AWS::ApiGatewayV2::Integration')) {
      expect(integration.PayloadFormatVersion).toBe('2.0');
    }
  });

  test('every route that clients may ask is described, and nothing is described that is not there', () => {
    const routes = properties('AWS::ApiGatewayV2::Route').map(({ RouteKey }) => String(RouteKey));
    expect(routes).toEqual(expect.arrayContaining(askedByVendors));
    const clients = routes.filter((route) => !askedByVendors.includes(route));
    const operations = Object.entries(apiDocument().paths ?? {}).flatMap(([path, item]) =>
      Object.entries(item ?? {}).map(([method, operation]) => {
        const { security } = operation as { security?: object[] };
        return { route: `${method.toUpperCase()} ${path}`, security };
      }),
    );
    // Each section of the settings is described by its own path.
    const shapeOf = (route: string) =>
      new RegExp(`^${route.replace('{section}', '[a-z-]+').replaceAll(/[{}]/g, '\\$&')}$`);
    const matching = (route: string) => operations.filter((operation) => shapeOf(route).test(operation.route));
    expect(clients.filter((route) => matching(route).length === 0)).toEqual([]);
    const described = clients.flatMap(matching);
    expect(operations.filter((operation) => !described.includes(operation))).toEqual([]);
    // How somebody proves who they are is described as the gateway has it.
    for (const { RouteKey, AuthorizationType } of properties('AWS::ApiGatewayV2::Route')) {
      for (const { route, security } of matching(RouteKey)) {
        const isSignedIn = JSON.stringify(security) === JSON.stringify([{ signedIn: [] }]);
        expect([route, isSignedIn]).toEqual([route, AuthorizationType === 'JWT']);
        expect([route, security]).toEqual([route, expect.any(Array)]);
      }
    }
  });

  test('people are let in by the tokens our own pool gave the console; every other route proves who asks by itself', () => {
    const routes = properties('AWS::ApiGatewayV2::Route');
    const [authorizer, ...others] = app.resources('AWS::ApiGatewayV2::Authorizer');
    expect(others).toEqual([]);
    const { AuthorizerType, IdentitySource, JwtConfiguration } = app.resolve(authorizer?.Properties);
    expect([AuthorizerType, IdentitySource]).toEqual(['JWT', ['$request.header.Authorization']]);
    expect(JwtConfiguration.Issuer).toMatch(/^SignInPool[0-9A-F]{8}\.ProviderURL$/);
    expect(JwtConfiguration.Audience).toEqual([expect.stringMatching(/^SignInPoolConsole[0-9A-F]{8}$/)]);
    const signedIn = routes.filter(({ AuthorizationType }) => AuthorizationType === 'JWT');
    for (const { AuthorizerId } of signedIn) expect(AuthorizerId).toBe(authorizer?.id);
    // Each is tried with every role and another's clinic: test/signed-in.
    expect(signedIn.map(({ RouteKey }) => RouteKey).toSorted()).toEqual(Object.keys(signedInRoutes).toSorted());
    // Each proves who asks by itself: a vendor's signature, a key, a token of its own; or tells nothing.
    const open = routes.filter(({ AuthorizationType = 'NONE' }) => AuthorizationType === 'NONE');
    expect(open.map(({ RouteKey }) => RouteKey).toSorted()).toEqual([
      'GET /api/appointments.ics',
      'GET /api/chat/widget.js',
      'GET /api/chat/{slug}',
      'GET /api/chat/{slug}/messages',
      'GET /api/links/{token}',
      'GET /api/openapi.json',
      'GET /health',
      'OPTIONS /api/chat/{slug}/messages',
      'POST /api/booking',
      'POST /api/chat/{slug}/messages',
      'POST /api/functions/{tool}',
      'POST /api/links/{token}',
      'POST /api/n8n/retell-webhook/{clinicId}',
      'POST /api/retell/inbound',
      'POST /api/retell/inbound/{clinicId}',
      'POST /api/retell/webhook',
      'POST /api/twilio/after-stream',
      'POST /api/twilio/call-status',
      'POST /api/twilio/incoming-call',
      'POST /api/twilio/incoming-message',
      'POST /api/twilio/message-status',
      'POST /api/twilio/recording-status',
    ]);
    expect(signedIn.length + open.length).toBe(routes.length);
  });

  test('nobody signs up by themselves, a password alone lets nobody in, and no deploy loses the people', () => {
    const [pool] = app.resources('AWS::Cognito::UserPool');
    expect(pool?.DeletionPolicy).toBe('Retain');
    expect(pool?.Properties).toMatchObject({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      DeletionProtection: 'ACTIVE',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
      MfaConfiguration: 'ON',
    });
    expect(properties('AWS::Cognito::UserPoolClient')).toMatchObject([
      {
        AllowedOAuthFlows: ['code'],
        GenerateSecret: false,
        CallbackURLs: ['https://console.frontdesk.example/signed-in'],
      },
    ]);
    const groups = properties('AWS::Cognito::UserPoolGroup').map(({ GroupName }) => GroupName);
    expect(groups.toSorted()).toEqual(PlatformRole.options.toSorted());
  });

  test('the log of the API says how we answered, never who asked or what', () => {
    const [stage] = properties('AWS::ApiGatewayV2::Stage');
    const fields = Object.values(JSON.parse(stage.AccessLogSettings.Format));
    expect(fields).toContain('$context.routeKey');
    expect(fields.filter((field) => /ip|path|query|body|agent|header|identity/i.test(String(field)))).toEqual([]);
    expect(stage.DefaultRouteSettings.ThrottlingRateLimit).toBeGreaterThan(0);
  });

  test('a storm of one kind of events and a clinic’s software run wild leave a quarter of what the gateway lets through to the telephone', () => {
    const [stage] = app.resources('AWS::ApiGatewayV2::Stage');
    const { DefaultRouteSettings, RouteSettings } = stage?.Properties ?? {};
    expect(DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 });
    const events = { ThrottlingRateLimit: 110, ThrottlingBurstLimit: 220 };
    const chat = { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 };
    const messages = { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10 };
    const links = { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10 };
    expect(RouteSettings).toEqual({
      'GET /api/links/{token}': links,
      'POST /api/n8n/retell-webhook/{clinicId}': { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 20 },
      'POST /api/links/{token}': links,
      'GET /api/chat/widget.js': chat,
      'GET /api/chat/{slug}': chat,
      'GET /api/chat/{slug}/messages': chat,
      'OPTIONS /api/chat/{slug}/messages': chat,
      'POST /api/chat/{slug}/messages': chat,
      'POST /api/twilio/incoming-message': messages,
      'POST /api/twilio/message-status': messages,
      'POST /api/booking': { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 },
      'POST /api/retell/webhook': events,
      'POST /api/twilio/call-status': events,
      'POST /api/twilio/recording-status': events,
    });
  });

  test('the stage is made after the routes it has settings for, else a fresh account refuses it', () => {
    const [stage] = app.resources('AWS::ApiGatewayV2::Stage');
    const limited = app
      .resources('AWS::ApiGatewayV2::Route')
      .filter(({ Properties }) => Properties.RouteKey in stage?.Properties.RouteSettings);
    expect(limited).toHaveLength(14);
    expect(stage?.DependsOn).toEqual(expect.arrayContaining(limited.map(({ id }) => id)));
  });

  test('somebody looks for lost events every quarter of an hour, one at a time', () => {
    const schedule = properties('AWS::Scheduler::Schedule').find(({ Name }) => Name.endsWith('reconcile-calls'));
    expect(schedule).toMatchObject({ ScheduleExpression: 'rate(15 minutes)', State: 'ENABLED' });
    expect(schedule.Target.DeadLetterConfig.Arn).toMatch(/DeadLetters/);
    const reconciler = properties('AWS::Lambda::Function').find((one) => /reconcile/.test(one.FunctionName));
    expect(reconciler.ReservedConcurrentExecutions).toBe(1);
    expect(reconciler.Timeout).toBeLessThan(15 * 60);
  });

  test('the templates are plain CloudFormation: no custom resource, no function from an image', () => {
    expect(app.text).not.toMatch(/Custom::|AWS::CloudFormation::CustomResource|"ImageUri"/);
  });

  test('CloudFormation takes every stack: 500 resources and 1 MB are its limits', () => {
    for (const template of app.templates) {
      expect(Object.keys(template.Resources ?? {}).length).toBeLessThanOrEqual(500);
      expect(JSON.stringify(template, null, 1).length).toBeLessThanOrEqual(1_048_576);
    }
  });
});

describe('stages', () => {
  const nowhere = mkdtempSync(join(tmpdir(), 'frontdesk-stage-'));
  afterAll(() => rmSync(nowhere, { recursive: true }));
  const run = (context: string) =>
    spawnSync(process.execPath, ['bin/app.ts'], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, CDK_OUTDIR: nowhere, CDK_CONTEXT_JSON: context },
      encoding: 'utf8',
    });

  test('a stage nobody has is refused in one line that names those there are', () => {
    expect(() => settingsFor('production')).toThrow(/prod\|staging\|local/);
    const { status, stderr } = run('{}');
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/prod\|staging\|local/);
  });
});
