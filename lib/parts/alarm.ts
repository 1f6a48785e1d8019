import type { LogCode } from '#domain/log.ts';
import type { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { FilterPattern, type IFilterPattern, type LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import { nameIn } from '../name-in.ts';

interface AlarmProps {
  house: House;
  /** The heading of `docs/runbook.md` that says what to do. */
  name: string;
  /** What it means for people: a clinic, a caller. The operator reads this first. */
  impact: string;
  metric: cloudwatch.IMetric;
  /** Goes off at this value or beyond. */
  atLeast?: number;
  /** Goes off below this value; nothing reported counts as below. */
  lessThan?: number;
  /** How many periods of the metric in a row. */
  periods?: number;
}

/** Tells the operator, in words about people, and says where to read on. */
export class Alarm extends Construct {
  constructor(scope: Construct, id: string, { house, name, impact, metric, atLeast, lessThan, periods }: AlarmProps) {
    super(scope, id);
    const silence = lessThan !== undefined;
    const alarm = new cloudwatch.Alarm(this, 'Alarm', {
      alarmName: nameIn(house.settings, name),
      alarmDescription: `${impact} What to do: docs/runbook.md, “${name}”.`,
      metric,
      threshold: lessThan ?? atLeast ?? 1,
      comparisonOperator: silence
        ? cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
        : cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods ?? 1,
      treatMissingData: silence ? cloudwatch.TreatMissingData.BREACHING : cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(house.alarms));
  }
}

/** Several counts as one; a metric that says nothing counts as none, else the whole sum would say nothing. */
export function sumOf(label: string, counts: cloudwatch.IMetric[], period: Duration): cloudwatch.IMetric {
  const [only, ...others] = counts;
  if (only && others.length === 0) return only;
  return new cloudwatch.MathExpression({
    label,
    expression: counts.map((_, index) => `FILL(m${index}, 0)`).join(' + '),
    usingMetrics: Object.fromEntries(counts.map((count, index) => [`m${index}`, count])),
    period,
  });
}

export interface Writer {
  name: string;
  logGroup: LogGroup;
}

interface CountedLines {
  house: House;
  metricName: string;
  logGroup: LogGroup;
  pattern: IFilterPattern;
  within: Duration;
}

/** How many lines of a log are such. */
export function countLines(
  scope: Construct,
  id: string,
  { house, metricName, logGroup, pattern, within }: CountedLines,
): cloudwatch.Metric {
  const filter = new MetricFilter(scope, id, {
    logGroup,
    filterPattern: pattern,
    metricNamespace: `Frontdesk/${house.settings.stage}`,
    metricName,
    metricValue: '1',
    // Says “none” while lines are written, so that silence means nothing runs.
    defaultValue: 0,
  });
  return filter.metric({ period: within, statistic: 'Sum' });
}

interface CountedCode {
  house: House;
  code: LogCode;
  by: Writer;
  within: Duration;
}

/** How often one function wrote a log code. */
export function countCode(scope: Construct, id: string, { house, code, by, within }: CountedCode): cloudwatch.Metric {
  return countLines(scope, id, {
    house,
    metricName: `${by.name} ${code}`,
    logGroup: by.logGroup,
    pattern: FilterPattern.stringValue('$.code', '=', code),
    within,
  });
}

interface MeasuredCode {
  house: House;
  code: LogCode;
  by: Writer;
  /** The number in the line that is measured. */
  field: 'count' | 'durationMs';
  statistic: string;
  within: Duration;
}

/** A number that stands beside a log code: how long, how many. Says nothing while no such line is written. */
export function measureCode(
  scope: Construct,
  id: string,
  { house, code, by, field, statistic, within }: MeasuredCode,
): cloudwatch.Metric {
  const filter = new MetricFilter(scope, id, {
    logGroup: by.logGroup,
    filterPattern: FilterPattern.stringValue('$.code', '=', code),
    metricNamespace: `Frontdesk/${house.settings.stage}`,
    metricName: `${by.name} ${code} ${field}`,
    metricValue: `$.${field}`,
  });
  return filter.metric({ period: within, statistic });
}

interface LogAlarmProps extends Omit<AlarmProps, 'metric'> {
  code: LogCode;
  /** Who writes the code; each is counted, and the sum is judged. */
  from: Writer[];
  /** How long is counted together. */
  within: Duration;
}

/** Goes off when functions write a log code. */
export class LogAlarm extends Construct {
  constructor(scope: Construct, id: string, { code, from, within, ...alarm }: LogAlarmProps) {
    super(scope, id);
    const counts = from.map((by) => countCode(this, by.name, { house: alarm.house, code, by, within }));
    new Alarm(this, 'Alarm', { ...alarm, metric: sumOf(code, counts, within) });
  }
}
