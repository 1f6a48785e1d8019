import { readFileSync } from 'node:fs';
import { synthesize } from './synthesized.ts';

const app = await synthesize('prod');

const alarms = app.resources('AWS::CloudWatch::Alarm').map(({ Properties }) => app.resolve(Properties));
const named = (name: string) => alarms.find((alarm) => alarm.AlarmName === `frontdesk-prod-${name}`);
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

interface Metric {
  Expression?: string;
  MetricStat?: { Metric: { MetricName: string } };
}

/** The names of what an alarm counts. */
const counted = ({ MetricName, Metrics }: { MetricName?: string; Metrics?: Metric[] }) =>
  MetricName ? [MetricName] : (Metrics ?? []).flatMap(({ MetricStat }) => MetricStat?.Metric.MetricName ?? []);

test('every function tells when it keeps failing, by what its door does with a fault', () => {
  const functions = app.resources('AWS::Lambda::Function');
  const watched = functions.map(({ Properties }) => {
    const name = Properties.FunctionName.replace('frontdesk-prod-', '');
    const metrics = counted(named(`${name}-failing`)).map((metric) => metric.replace(`${name} request.failed`, 'log'));
    return [name, metrics.toSorted().join(' ')];
  });
  expect(Object.fromEntries(watched)).toEqual({
    // A route and a queue catch a fault and log it; what they cannot catch Lambda counts.
    'answer-booking-request': 'Errors log',
    'answer-chat': 'Errors log',
    'answer-call-request': 'Errors log',
    'answer-inbound-call': 'Errors log',
    'answer-instruction-request': 'Errors log',
    'answer-link': 'Errors log',
    'answer-member-request': 'Errors log',
    'answer-platform-request': 'Errors log',
    'answer-settings-request': 'Errors log',
    'answer-agent-request': 'Errors log',
    'answer-twilio-call': 'Errors log',
    'continue-twilio-call': 'Errors log',
    'describe-api': 'Errors log',
    'heed-notice': 'Errors log',
    'receive-call-event': 'Errors log',
    'receive-relayed-event': 'Errors log',
    'receive-message': 'Errors log',
    'receive-twilio-event': 'Errors log',
    'record-call-event': 'Errors log',
    'record-email-event': 'Errors log',
    'report-health': 'Errors log',
    'run-tool': 'Errors log',
    'serve-calendar-feed': 'Errors log',
    // A step logs a fault and throws it on.
    'await-analysis': 'Errors',
    'fetch-call': 'Errors',
    'offer-freed-time': 'Errors',
    'settle-offer': 'Errors',
    'plan-summary': 'Errors',
    'settle-summary': 'Errors',
    // A run goes on after a fault it can catch; the first of either kind is told.
    'reconcile-calls': 'Errors log',
    'apply-retention': 'Errors log',
    'tend-calendars': 'Errors log',
    'sweep-reminders': 'Errors log',
    // They also throw to have the workflow wait, which is no fault and not logged as one.
    'analyze-call': 'log',
    'send-call-summary': 'log',
    'run-onboarding-step': 'log',
  });
});

test('in a sum of metrics one that says nothing counts as none', () => {
  const sums: Metric[] = alarms.flatMap(({ Metrics = [] }) => Metrics).filter(({ Expression }: Metric) => Expression);
  expect(sums.length).toBeGreaterThan(0);
  for (const { Expression } of sums) expect(Expression).toMatch(/^FILL\(m\d, 0\)( \+ FILL\(m\d, 0\))+$/);
});

test('an e-mail that did not go out is told however its workflow ended', () => {
  expect(counted(named('post-call-failed'))).toEqual(['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted']);
});

test('an alarm on a log code counts lines that our functions really write', () => {
  const patterns: string[] = app.resources('AWS::Logs::MetricFilter').map(({ Properties }) => Properties.FilterPattern);
  const codes = patterns.flatMap((pattern) => pattern.match(/^\{ \$\.code = "([a-z.-]+)" \}$/)?.[1] ?? []);
  expect([...new Set(codes)].toSorted()).toEqual([
    'booking.unauthorized',
    'calendar.tended',
    'call.refused',
    'call.unknown',
    'credential.refused',
    'event.given-up',
    'event.poison',
    'event.quarantined',
    'model.failed',
    'model.misconfigured',
    'model.reconnected',
    'notice.not-queued',
    'recipient.disabled',
    'reconcile.finished',
    'recording.goes-on',
    'reminders.swept',
    'request.failed',
    'retention.applied',
    'retention.failed',
    'ring.safe-answer',
    'ring.unrouted',
    'signature.refused',
    'stream.broken',
    'summary.given-up',
    'talk.resumed',
    'talk.save-failed',
    'text.refused',
    'tool.answered',
    'tool.failed',
    'tool.tenant-mismatch',
    'tool.unrouted',
    'transfer.failed',
    'vendor.blocked',
    'vendor.fetch-failed',
    'voice.barge-in',
    'voice.fallback',
    'voice.first-audio',
    'voice.first-token',
    'voice.full',
    'voice.live',
    'voice.overloaded',
    'voice.unprotected',
    'waitlist.start-failed',
    'workflow.restart-failed',
  ]);
});

test('a request the gateway turned away for the crowd is told, though no function ran', () => {
  const [filter] = app
    .resources('AWS::Logs::MetricFilter')
    .filter(({ Properties }) => !Properties.FilterPattern.includes('$.code'));
  const [stage] = app.resources('AWS::ApiGatewayV2::Stage');
  const { DestinationArn, Format } = app.resolve(stage?.Properties.AccessLogSettings);
  expect(filter?.Properties.FilterPattern).toBe('{ $.status = "429" }');
  expect(JSON.parse(Format).status).toBe('$context.status');
  expect(DestinationArn).toContain(app.resolve(filter?.Properties.LogGroupName));
  expect(named('api-throttled')).toMatchObject({
    MetricName: filter?.Properties.MetricTransformations[0].MetricName,
    Threshold: 1,
  });
});

test('a vendor who answers none of two runs of the reconciler is told, one who was away for a moment is not', () => {
  expect(named('vendor-fetch-failed')).toMatchObject({ Threshold: 1, Period: 900, EvaluationPeriods: 2 });
  expect(named('vendor-fetch-failed')).not.toHaveProperty('DatapointsToAlarm');
});

test('a clinic that was not told, and an event that was given up, are told at the first', () => {
  for (const name of ['restart-failed', 'summary-given-up', 'event-given-up']) {
    expect(named(name)).toMatchObject({ Threshold: 1, EvaluationPeriods: 1, TreatMissingData: 'notBreaching' });
  }
});

test('a reconciler that stays silent is told, as silence itself', () => {
  expect(named('reconcile-calls-missing')).toMatchObject({
    ComparisonOperator: 'LessThanThreshold',
    Threshold: 1,
    Period: 900,
    EvaluationPeriods: 3,
    TreatMissingData: 'breaching',
  });
});
