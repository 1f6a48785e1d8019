import { readFileSync, rmSync } from 'node:fs';
import { synthesize } from './synthesized.ts';

const app = synthesize('prod');
afterAll(() => rmSync(app.directory, { recursive: true }));

const alarms = app.resources('AWS::CloudWatch::Alarm').map(({ Properties }) => app.resolve(Properties));
const names = alarms.map((alarm) => alarm.AlarmName.replace(/^frontdesk-prod-/, ''));

test('the runbook has one heading for each alarm, named as the alarm, and none for an alarm that is gone', () => {
  const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
  const headings = [...runbook.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
  expect(headings.toSorted()).toEqual(names.toSorted());
});

test('under each heading stands what people notice, where to look first, and what mends it', () => {
  const runbook = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');
  const incomplete = runbook
    .split(/^### /m)
    .slice(1)
    .filter(
      (section) => !['**People notice:**', '**First look:**', '**Mend:**'].every((part) => section.includes(part)),
    )
    .map((section) => section.split('\n')[0]);
  expect(incomplete).toEqual([]);
});

test('each alarm reaches the operator and says what it means for people, then where to read on', () => {
  const [topic] = app.resources('AWS::SNS::Topic').filter(({ Properties }) => /alarms$/.test(Properties.TopicName));
  for (const alarm of alarms) {
    expect(alarm.AlarmActions).toEqual([topic?.id]);
    expect(alarm.AlarmDescription).toMatch(/^[A-Z].{20,}\. What to do: docs\/runbook\.md, “.+”\.$/);
    expect(alarm.AlarmDescription).toContain(`“${alarm.AlarmName.replace(/^frontdesk-prod-/, '')}”`);
  }
  const people = app.resources('AWS::SNS::Subscription').filter(({ Properties }) => Properties.Protocol === 'email');
  expect(people.map(({ Properties }) => [app.resolve(Properties.TopicArn), Properties.Endpoint])).toEqual([
    [topic?.id, 'operators@frontdesk.example'],
  ]);
});

test('CloudWatch may publish to the operator’s topic and use its key', () => {
  const policies = app
    .resources('AWS::SNS::TopicPolicy')
    .map(({ Properties }) => app.resolve(Properties.PolicyDocument));
  const allowed = policies
    .flatMap((policy) => policy.Statement)
    .filter((statement) => statement.Effect === 'Allow' && statement.Principal.Service === 'cloudwatch.amazonaws.com');
  expect(allowed).toHaveLength(1);
  const key = app.resources('AWS::KMS::Key').find(({ id }) => id.startsWith('OperationsKey'));
  const users = app
    .resolve(key?.Properties.KeyPolicy)
    .Statement.find((statement: { Sid?: string }) => statement.Sid === 'PublishersAndTopics');
  expect(users.Principal.Service).toContain('cloudwatch.amazonaws.com');
});

test('every dead-letter queue tells with its first message', () => {
  const deadLetters = app.resources('AWS::SQS::Queue').filter(({ Properties }) => /-dlq/.test(Properties.QueueName));
  for (const { id } of deadLetters) {
    const watching = alarms.filter(
      (alarm) =>
        alarm.MetricName === 'ApproximateNumberOfMessagesVisible' &&
        alarm.Threshold === 1 &&
        alarm.Dimensions[0].Value === `${id}.QueueName`,
    );
    expect([id, watching.length]).toEqual([id, 1]);
  }
});

test('every function tells when it keeps failing, whether its door caught the fault or not', () => {
  const functions = app.resources('AWS::Lambda::Function').map(({ Properties }) => Properties.FunctionName as string);
  for (const name of functions) {
    const alarm = alarms.find((one) => one.AlarmName === `${name}-failing`);
    const metrics = alarm?.Metrics.map(
      (one: { MetricStat?: { Metric: { MetricName: string } } }) => one.MetricStat?.Metric.MetricName,
    );
    expect(metrics).toEqual(
      expect.arrayContaining([`${name.replace('frontdesk-prod-', '')} request.failed`, 'Errors']),
    );
  }
});

test('an alarm on a log code counts lines that our functions really write', () => {
  const filters = app.resources('AWS::Logs::MetricFilter').map(({ Properties }) => app.resolve(Properties));
  const counted = new Set(filters.map((filter) => filter.FilterPattern));
  const codes = [...counted].map((pattern) => pattern.match(/^\{ \$\.code = "([a-z.-]+)" \}$/)?.[1]);
  expect(codes.toSorted()).toEqual([
    'event.poison',
    'event.quarantined',
    'recipient.disabled',
    'reconcile.finished',
    'request.failed',
    'ring.safe-answer',
    'ring.unrouted',
    'signature.refused',
    'vendor.blocked',
    'vendor.fetch-failed',
  ]);
});

test('a reconciler that stays silent is told, as silence itself', () => {
  const missing = alarms.find((alarm) => alarm.AlarmName === 'frontdesk-prod-reconcile-calls-missing');
  expect(missing).toMatchObject({
    ComparisonOperator: 'LessThanThreshold',
    Threshold: 1,
    Period: 900,
    EvaluationPeriods: 3,
    TreatMissingData: 'breaching',
  });
});
