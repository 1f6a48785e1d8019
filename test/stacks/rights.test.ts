import { type Resource, synthesize } from './synthesized.ts';

const app = await synthesize('prod');

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: string | string[];
  Condition?: {
    StringEquals?: Record<string, string>;
    'ForAllValues:StringLike'?: Record<string, string[]>;
    Null?: Record<string, string>;
  };
}

const list = <T>(one: T | T[]): T[] => (Array.isArray(one) ? one : [one]);
const policies = app.resources('AWS::IAM::Policy').map(({ Properties }) => app.resolve(Properties));
const statementsOf = (roleId: string): Statement[] =>
  policies.filter((policy) => policy.Roles.includes(roleId)).flatMap((policy) => policy.PolicyDocument.Statement);

/** `CoreC65142A7.Arn/index/GSI1` and the like, in words. */
function inWords(resource: string): string {
  const named: [RegExp, string][] = [
    [/^(Core|Routing|Inbox|Audit)[0-9A-F]{8}\.Arn$/, '$1'],
    [/^(Core|Routing|Inbox|Audit)[0-9A-F]{8}\.Arn\/index\/(GSI\d)$/, '$1 $2'],
    [/^Payloads[0-9A-F]{8}\.Arn\/\*$/, 'Payloads'],
    [/^Payloads[0-9A-F]{8}\.Arn$/, 'names of Payloads'],
    [/^Payloads[0-9A-F]{8}\.Arn\/transcripts\/\*$/, 'transcripts of Payloads'],
    [/^(RetellApiKey|ClinicBindingKey|TwilioSecret|OpenAiKey)[0-9A-F]*$/, '$1'],
    [/^SignInPool[0-9A-F]{8}\.Arn$/, 'People'],
    [/^arn:<Partition>:secretsmanager:eu-west-3:<AccountId>:secret:frontdesk-prod\/clinics\/\*$/, 'ClinicSecrets'],
    [/^arn:<Partition>:secretsmanager:eu-west-3:<AccountId>:secret:frontdesk-prod\/trunks\/\*$/, 'TrunkLogins'],
    [/^.*?(CallEvents|EmailEvents|Notices)Queue[0-9A-F]{8}\.Arn$/, '$1'],
    [/^arn:<Partition>:ecs:eu-west-3:<AccountId>:task\/TasksCluster[0-9A-F]{8}\/\*$/, 'tasks of its cluster'],
    [/^arn:<Partition>:states:eu-west-3:<AccountId>:stateMachine:frontdesk-prod-(.*)$/, '$1'],
    [/^arn:<Partition>:ses:eu-west-3:<AccountId>:(identity|configuration-set)\/.*$/, '$1'],
  ];
  const [pattern, words] = named.find(([one]) => one.test(resource)) ?? [];
  return pattern ? resource.replace(pattern, words ?? '') : resource;
}

const isOwnLog = (statement: Statement) => list(statement.Action).every((action) => action.startsWith('logs:'));
const isKeyUse = (statement: Statement) => list(statement.Action).every((action) => action.startsWith('kms:'));

/** What a function may do: by thing, the actions, besides writing its log and using the keys of those things. */
function rightsOf({ Properties }: Resource): Record<string, string> {
  const roleId = app.resolve(Properties.Role).replace(/\.Arn$/, '');
  const rights: Record<string, string[]> = {};
  for (const statement of statementsOf(roleId)) {
    if (isOwnLog(statement) || isKeyUse(statement)) continue;
    const actions = list(statement.Action).map((action) => action.split(':')[1] ?? '');
    for (const resource of list(statement.Resource)) (rights[inWords(resource)] ??= []).push(...actions);
  }
  return Object.fromEntries(
    Object.entries(rights).map(([thing, actions]) => [thing, [...new Set(actions)].toSorted().join(' ')]),
  );
}

/** What finding, holding, booking, moving and cancelling need. */
const booking = {
  Core: 'BatchGetItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem',
  'Core GSI1': 'Query',
  Audit: 'PutItem',
};
const feed = 'DeleteMessage GetQueueAttributes ReceiveMessage';
const read = 'GetSecretValue';

test('each function may do exactly what its work needs', () => {
  const functions = app.resources('AWS::Lambda::Function');
  const rights = Object.fromEntries(
    functions.map((one) => [one.Properties.FunctionName.replace('frontdesk-prod-', ''), rightsOf(one)]),
  );
  expect(rights).toEqual({
    'answer-inbound-call': {
      Core: 'GetItem Query',
      Routing: 'BatchGetItem',
      Inbox: 'PutItem',
      RetellApiKey: read,
      ClinicBindingKey: read,
      ClinicSecrets: read,
    },
    'answer-twilio-call': {
      Core: 'GetItem PutItem Query UpdateItem',
      Routing: 'BatchGetItem PutItem',
      Inbox: 'PutItem',
      TwilioSecret: read,
    },
    'continue-twilio-call': {
      Core: 'ConditionCheckItem GetItem PutItem Query UpdateItem',
      Routing: 'BatchGetItem',
      Audit: 'PutItem',
      TwilioSecret: read,
    },
    'run-tool': {
      ...booking,
      Routing: 'BatchGetItem PutItem',
      RetellApiKey: read,
      ClinicBindingKey: read,
      ClinicSecrets: read,
      waitlist: 'StartExecution',
      Notices: 'SendMessage',
    },
    'receive-message': {
      Core: 'GetItem PutItem',
      Routing: 'BatchGetItem',
      Inbox: 'PutItem',
      Audit: 'PutItem',
      Notices: 'SendMessage',
      TwilioSecret: read,
    },
    'answer-chat': {
      ...booking,
      Routing: 'GetItem PutItem',
      Inbox: 'PutItem',
      CallEvents: 'SendMessage',
      Notices: 'SendMessage',
      ClinicBindingKey: read,
      OpenAiKey: read,
      waitlist: 'StartExecution',
    },
    'heed-notice': {
      ...booking,
      Routing: 'BatchGetItem GetItem PutItem UpdateItem',
      Inbox: 'GetItem PutItem UpdateItem',
      CallEvents: 'SendMessage',
      Notices: `${feed} SendMessage`,
      identity: 'SendRawEmail',
      'configuration-set': 'SendRawEmail',
      TwilioSecret: read,
      RetellApiKey: read,
      ClinicSecrets: read,
      ClinicBindingKey: read,
      OpenAiKey: read,
      waitlist: 'StartExecution',
    },
    'answer-booking-request': {
      ...booking,
      Routing: 'GetItem',
      ClinicBindingKey: read,
      waitlist: 'StartExecution',
    },
    'describe-api': {},
    'serve-calendar-feed': { Core: 'Query', 'Core GSI1': 'Query', Routing: 'GetItem' },
    'offer-freed-time': { Core: 'DeleteItem GetItem PutItem Query', Audit: 'PutItem', Notices: 'SendMessage' },
    'settle-offer': { Core: 'DeleteItem GetItem PutItem Query', Audit: 'PutItem' },
    'answer-call-request': {
      Core: 'BatchGetItem GetItem PutItem Query UpdateItem',
      Routing: 'GetItem PutItem Query',
      Audit: 'PutItem',
      RetellApiKey: read,
      ClinicSecrets: read,
      TwilioSecret: read,
      ClinicBindingKey: read,
    },
    'sweep-reminders': {
      Core: 'BatchGetItem GetItem PutItem',
      'Core GSI1': 'Query',
      'Core GSI2': 'Query',
      'Routing GSI1': 'Query',
      Notices: 'SendMessage',
    },
    'tend-calendars': { Core: 'ConditionCheckItem DeleteItem GetItem Query', 'Routing GSI1': 'Query' },
    'receive-call-event': {
      Core: 'GetItem',
      Routing: 'BatchGetItem',
      Inbox: 'PutItem',
      Payloads: 'PutObject',
      CallEvents: 'SendMessage',
      RetellApiKey: read,
      ClinicSecrets: read,
    },
    'receive-relayed-event': {
      Core: 'GetItem Query',
      Routing: 'BatchGetItem PutItem Query',
      Inbox: 'PutItem',
      Payloads: 'PutObject',
      CallEvents: 'SendMessage',
      RetellApiKey: read,
      ClinicBindingKey: read,
      ClinicSecrets: read,
    },
    'receive-twilio-event': {
      Core: 'GetItem',
      Routing: 'BatchGetItem',
      Inbox: 'PutItem',
      Payloads: 'PutObject',
      CallEvents: 'SendMessage',
      TwilioSecret: read,
    },
    'record-call-event': {
      CallEvents: feed,
      Core: 'DeleteItem GetItem PutItem Query UpdateItem',
      Audit: 'PutItem',
      Routing: 'BatchGetItem PutItem',
      Inbox: 'GetItem UpdateItem',
      Payloads: 'GetObject PutObject',
      ClinicBindingKey: read,
      'post-call': 'SendTaskSuccess StartExecution',
      Notices: 'SendMessage',
    },
    'analyze-call': {
      Core: 'GetItem Query',
      Inbox: 'PutItem',
      Payloads: 'PutObject',
      CallEvents: 'SendMessage',
      OpenAiKey: read,
    },
    'await-analysis': { Core: 'GetItem UpdateItem', 'post-call': 'SendTaskSuccess' },
    'fetch-call': {
      Core: 'GetItem',
      Inbox: 'PutItem',
      Payloads: 'PutObject',
      CallEvents: 'SendMessage',
      RetellApiKey: read,
      ClinicSecrets: read,
      TwilioSecret: read,
    },
    'reconcile-calls': {
      Core: 'GetItem PutItem Query UpdateItem',
      'Core GSI2': 'Query',
      Routing: 'BatchGetItem',
      'Routing GSI1': 'Query',
      Inbox: 'GetItem PutItem UpdateItem',
      'Inbox GSI1': 'Query',
      Payloads: 'GetObject PutObject',
      CallEvents: 'SendMessage',
      Notices: 'SendMessage',
      RetellApiKey: read,
      ClinicSecrets: read,
      TwilioSecret: read,
      'post-call': 'StartExecution',
    },
    'apply-retention': {
      Core: 'DeleteItem GetItem PutItem Query',
      'Core GSI2': 'Query',
      Routing: 'Query',
      'Routing GSI1': 'Query',
      Audit: 'PutItem',
      'names of Payloads': 'ListBucket',
      'transcripts of Payloads': 'DeleteObject',
      RetellApiKey: read,
      ClinicSecrets: read,
      TwilioSecret: read,
    },
    'plan-summary': { Core: 'GetItem Query UpdateItem' },
    'send-call-summary': {
      Core: 'GetItem PutItem Query UpdateItem',
      Payloads: 'GetObject',
      identity: 'SendRawEmail',
      'configuration-set': 'SendRawEmail',
    },
    'settle-summary': { Core: 'GetItem UpdateItem' },
    'record-email-event': { EmailEvents: feed, Core: 'GetItem PutItem UpdateItem', Routing: 'UpdateItem' },
    'report-health': {},
    'answer-member-request': {
      Core: 'BatchGetItem ConditionCheckItem GetItem PutItem Query UpdateItem',
      Routing: 'GetItem PutItem Query',
      Audit: 'PutItem',
      Notices: 'SendMessage',
    },
    'answer-instruction-request': {
      Core: 'BatchGetItem GetItem PutItem Query',
      Routing: 'GetItem Query',
      Audit: 'PutItem',
    },
    'answer-link': {
      Core: 'GetItem PutItem Query UpdateItem',
      Routing: 'GetItem PutItem UpdateItem',
      Audit: 'PutItem',
      People: 'AdminCreateUser AdminGetUser',
    },
    'answer-settings-request': {
      Core: 'BatchGetItem ConditionCheckItem DeleteItem PutItem Query UpdateItem',
      'Core GSI1': 'Query',
      Routing: 'BatchGetItem GetItem PutItem Query',
      Audit: 'PutItem',
      Notices: 'SendMessage',
    },
    'run-onboarding-step': {
      ClinicSecrets: 'DeleteSecret GetSecretValue',
      TrunkLogins: read,
      Core: 'ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem',
      'Core GSI1': 'Query',
      Routing: 'BatchGetItem DeleteItem GetItem PutItem Query UpdateItem',
      'Routing GSI1': 'Query',
      Audit: 'PutItem',
      Notices: 'SendMessage',
      RetellApiKey: read,
      TwilioSecret: read,
      identity: 'SendRawEmail',
      'configuration-set': 'SendRawEmail',
    },
    'answer-platform-request': {
      Core: 'BatchGetItem GetItem PutItem Query UpdateItem',
      Routing: 'BatchGetItem GetItem Query',
      Audit: 'PutItem',
      'Routing GSI1': 'Query',
      onboarding: 'StartExecution',
    },
    'answer-agent-request': {
      Core: 'BatchGetItem ConditionCheckItem DeleteItem GetItem PutItem Query UpdateItem',
      'Core GSI1': 'Query',
      Routing: 'BatchGetItem DeleteItem GetItem PutItem Query',
      Audit: 'PutItem',
      RetellApiKey: read,
      ClinicBindingKey: read,
      ClinicSecrets: 'CreateSecret DeleteSecret GetSecretValue PutSecretValue RestoreSecret',
    },
  });
});

test('the voice service may do exactly what its calls need', () => {
  const [task] = app.resources('AWS::ECS::TaskDefinition');
  const rights = rightsOf({ ...task!, Properties: { Role: task?.Properties.TaskRoleArn } });
  expect(rights).toEqual({
    ...booking,
    Routing: 'BatchGetItem PutItem',
    Inbox: 'PutItem',
    Payloads: 'PutObject',
    CallEvents: 'SendMessage',
    Notices: 'SendMessage',
    RetellApiKey: read,
    ClinicSecrets: read,
    ClinicBindingKey: read,
    TwilioSecret: read,
    OpenAiKey: read,
    waitlist: 'StartExecution',
    'tasks of its cluster': 'GetTaskProtection UpdateTaskProtection',
  });
});

test('a function writes its own log and no other', () => {
  for (const { Properties } of app.resources('AWS::Lambda::Function')) {
    const [statement, ...others] = statementsOf(app.resolve(Properties.Role).replace(/\.Arn$/, '')).filter(isOwnLog);
    expect(others).toEqual([]);
    expect(statement?.Resource).toBe(`${app.resolve(Properties.LoggingConfig.LogGroup)}.Arn`);
  }
});

test('no function may use a key but through the service that holds the thing', () => {
  const functionRoles = new Set(
    app.resources('AWS::Lambda::Function').map(({ Properties }) => app.resolve(Properties.Role).replace(/\.Arn$/, '')),
  );
  const uses = [...functionRoles].flatMap(statementsOf).filter(isKeyUse);
  expect(uses.length).toBeGreaterThan(0);
  for (const use of uses) {
    expect(use.Condition?.StringEquals?.['kms:ViaService']).toMatch(
      /^(dynamodb|s3|secretsmanager|sqs)\.eu-west-3\.(amazonaws\.com|<URLSuffix>)$/,
    );
  }
});

test('a function may use the key of each kind of thing it may use, and of no other', () => {
  const keptBy = {
    dynamodb: /^(Core|Routing|Inbox|Audit)/,
    s3: /^Payloads/,
    secretsmanager: /(Key|Secret|Secrets)$/,
    sqs: /Events$|^Notices$/,
  };
  for (const one of app.resources('AWS::Lambda::Function')) {
    const things = Object.keys(rightsOf(one));
    const needed = Object.entries(keptBy).flatMap(([service, thing]) =>
      things.some((name) => thing.test(name)) ? service : [],
    );
    const uses = statementsOf(app.resolve(one.Properties.Role).replace(/\.Arn$/, '')).filter(isKeyUse);
    const used = uses.map(({ Condition }) => Condition?.StringEquals?.['kms:ViaService']?.split('.')[0] ?? '');
    expect([one.id, [...new Set(used)].toSorted()]).toEqual([one.id, needed]);
  }
});

test('e-mail can only be sent in our own name', () => {
  const sends = policies
    .flatMap((policy) => policy.PolicyDocument.Statement as Statement[])
    .filter((statement) => list(statement.Action).some((action) => action.startsWith('ses:')));
  const asUs = { StringEquals: { 'ses:FromAddress': 'calls@mail.frontdesk.example' } };
  // Summaries, links, and what welcomes a clinic.
  expect(sends.map((statement) => statement.Condition)).toEqual([asUs, asUs, asUs]);
});

test('nobody may scan a table or use PartiQL', () => {
  const actions = policies
    .flatMap((policy) => policy.PolicyDocument.Statement as Statement[])
    .flatMap((statement) => list(statement.Action));
  expect(actions.filter((action) => /Scan|PartiQL|BatchWrite/.test(action))).toEqual([]);
});

test('an act is put among those that wait to be chained, and what is chained is written by nobody', () => {
  const statements = policies.flatMap((policy) => policy.PolicyDocument.Statement as Statement[]);
  const onRecord = statements.filter(({ Resource: resource }) => list(resource).map(inWords).includes('Audit'));
  expect(onRecord.length).toBeGreaterThan(10);
  for (const { Action, Condition } of onRecord) {
    expect([Action, Condition]).toEqual([
      'dynamodb:PutItem',
      {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['CLINIC#*#PEND'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    ]);
  }
});

test('what can be deleted is an occupied time that is given back, what a clinic says of itself, and by retention alone what tells of a call', () => {
  const deletes = policies
    .flatMap((policy) => policy.PolicyDocument.Statement as Statement[])
    .filter((statement) => list(statement.Action).includes('dynamodb:DeleteItem'));
  expect(deletes.length).toBeGreaterThan(0);
  for (const { Action, Resource: resource, Condition } of deletes) {
    const patterns: string[] = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? ['none'];
    // Beside what lies in a clinic's own partitions, only its claim of an agent is given up.
    const table = patterns.includes('AGT#*') ? 'Routing' : 'Core';
    expect([Action, list(resource).map(inWords)]).toEqual(['dynamodb:DeleteItem', [table]]);
    // A request that names no key has no leading keys, and would pass a rule over all of them.
    expect(Condition?.Null).toEqual({ 'dynamodb:LeadingKeys': 'false' });
    for (const pattern of patterns)
      expect(pattern).toMatch(/^(AGT#\*|CLINIC#(\*#(CAL#\*|SWEEP|BLK#\*|CONV#\*)|\?{8}(-\?{4}){3}-\?{12}))$/);
  }
  const ofCalls = policies.filter(({ PolicyDocument }) => JSON.stringify(PolicyDocument).includes('CLINIC#*#CONV#*'));
  expect(ofCalls.flatMap(({ Roles }) => Roles)).toEqual([expect.stringMatching(/ApplyRetention/)]);
});

test('no role has a policy of AWS, an action with a star, or a resource with a star but those with a reason', () => {
  for (const { Properties } of app.resources('AWS::IAM::Role'))
    expect(Properties).not.toHaveProperty('ManagedPolicyArns');
  const statements = policies.flatMap((policy) => policy.PolicyDocument.Statement as Statement[]);
  expect(statements.flatMap((statement) => list(statement.Action)).filter((action) => action.includes('*'))).toEqual(
    [],
  );
  const stars = statements.flatMap((statement) =>
    list(statement.Resource)
      .filter((resource) => resource.includes('*'))
      .map((resource) => `${inWords(resource)}: ${list(statement.Action).join(' ')}`),
  );
  const delivery =
    'logs:CreateLogDelivery logs:DeleteLogDelivery logs:DescribeLogGroups logs:DescribeResourcePolicies ' +
    'logs:GetLogDelivery logs:ListLogDeliveries logs:PutResourcePolicy logs:UpdateLogDelivery';
  expect([...new Set(stars)].toSorted()).toEqual([
    // With it Fargate fetches an image; it knows no resource.
    '*: ecr:GetAuthorizationToken',
    // ECS looks at load balancers with actions that know no resource; those that change one name it.
    `*: ${['Listeners', 'Rules', 'TargetGroups', 'TargetHealth'].map((what) => `elasticloadbalancing:Describe${what}`).join(' ')}`,
    // Step Functions arranges the delivery of its log with actions that know no resource.
    `*: ${delivery}`,
    // Clinics come without a deploy: their secrets are known by the prefix alone.
    'ClinicSecrets: secretsmanager:CreateSecret secretsmanager:DeleteSecret secretsmanager:GetSecretValue secretsmanager:PutSecretValue secretsmanager:RestoreSecret',
    'ClinicSecrets: secretsmanager:DeleteSecret secretsmanager:GetSecretValue',
    'ClinicSecrets: secretsmanager:GetSecretValue',
    // Objects are named by the hash of their content.
    'Payloads: s3:GetObject',
    'Payloads: s3:GetObject s3:PutObject',
    'Payloads: s3:PutObject',
    // So do the trunks over which their numbers come.
    'TrunkLogins: secretsmanager:GetSecretValue',
    // A task protects itself, and its id is not known before it runs.
    'tasks of its cluster: ecs:GetTaskProtection ecs:UpdateTaskProtection',
    // What is no longer kept is known when its time has come.
    'transcripts of Payloads: s3:DeleteObject',
  ]);
});

test('the workflows and the schedules may call their functions and nothing else of ours', () => {
  const workflow = (name: string) =>
    app
      .resources('AWS::StepFunctions::StateMachine')
      .find(({ Properties }) => Properties.StateMachineName === `frontdesk-prod-${name}`);
  const schedules = app.resources('AWS::Scheduler::Schedule');
  const calls = (role: unknown) =>
    statementsOf(app.resolve(role).replace(/\.Arn$/, ''))
      .filter((statement) => statement.Action === 'lambda:InvokeFunction')
      .flatMap((statement) => list(statement.Resource))
      .map(
        (resource) =>
          resource.match(
            /(AwaitAnalysis|FetchCall|PlanSummary|SendCallSummary|SettleSummary|ReconcileCalls|OfferFreedTime|SettleOffer|TendCalendars|RunOnboardingStep)Function/,
          )?.[1],
      );
  expect(calls(workflow('post-call')?.Properties.RoleArn).toSorted()).toEqual([
    'AwaitAnalysis',
    'FetchCall',
    'PlanSummary',
    'SendCallSummary',
    'SettleSummary',
  ]);
  expect(calls(workflow('onboarding')?.Properties.RoleArn)).toEqual(['RunOnboardingStep']);
  expect(calls(workflow('waitlist')?.Properties.RoleArn).toSorted()).toEqual(['OfferFreedTime', 'SettleOffer']);
  expect(schedules.flatMap(({ Properties }) => calls(Properties.Target.RoleArn)).toSorted()).toEqual([
    'ReconcileCalls',
    'TendCalendars',
  ]);
});
