import type { LogCode } from '#domain/log.ts';
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeElb } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import { nameIn } from '../name-in.ts';
import { Alarm, LogAlarm, measureCode, sumOf, type Writer } from '../parts/alarm.ts';
import type { FrontDoor } from './front-door.ts';

interface VoiceAlarmsProps {
  house: House;
  frontDoor: FrontDoor;
  tasks: Writer;
  /** Calls of one task, on the average. */
  liveCalls: cloudwatch.Metric;
}

/** Alarms that take a deploy back while old and new tasks stand side by side: what went well before goes wrong. */
export const rollBackOn = ['voice-model-misconfigured', 'voice-talks-not-kept', 'voice-failing'];

/** Times that callers feel, by the log code that tells them. */
const felt: { name: string; code: LogCode; atLeastMs: number; impact: string }[] = [
  {
    name: 'voice-first-audio-slow',
    code: 'voice.first-audio',
    atLeastMs: 2000,
    impact: 'Callers on Twilio numbers listen to silence before the agent greets them.',
  },
  {
    name: 'voice-first-token-slow',
    code: 'voice.first-token',
    atLeastMs: 2000,
    impact: 'Callers on Retell numbers wait for each answer of the agent.',
  },
  {
    name: 'voice-barge-in-slow',
    code: 'voice.barge-in',
    atLeastMs: 100,
    impact: 'The agent goes on talking while callers interrupt it: a task has too much to do.',
  },
  {
    name: 'voice-tools-slow',
    code: 'tool.answered',
    atLeastMs: 1000,
    impact: 'Callers wait for seconds while the agent looks into the calendar.',
  },
];

/** What is told when it happens so often within five minutes. */
const told: { name: string; code: LogCode; atLeast: number; impact: string }[] = [
  {
    name: 'voice-full',
    code: 'voice.full',
    atLeast: 1,
    impact: 'Callers are transferred or asked to call back: every place for a call is taken.',
  },
  {
    name: 'voice-overloaded',
    code: 'voice.overloaded',
    atLeast: 1,
    impact: 'Audio comes late in calls: a task cannot keep up with them.',
  },
  {
    name: 'voice-tools-failed',
    code: 'tool.failed',
    atLeast: 3,
    impact: 'Callers hear that something did not work: a store did not answer in time.',
  },
  {
    name: 'voice-reconnects',
    code: 'talk.resumed',
    atLeast: 10,
    impact: 'Calls broke off and went on elsewhere: a task died, or sockets fall. Callers hear a gap.',
  },
  {
    name: 'voice-model-reconnects',
    code: 'model.reconnected',
    atLeast: 10,
    impact: 'The speech model’s sockets fall in the middle of calls: callers hear the agent stop and go on.',
  },
  {
    name: 'voice-model-failing',
    code: 'model.failed',
    atLeast: 10,
    impact: 'The model refuses or does not answer: callers wait, then hear a prepared sentence.',
  },
  {
    name: 'voice-model-misconfigured',
    code: 'model.misconfigured',
    atLeast: 1,
    impact: 'A model or our key does not exist at OpenAI: no call that needs it can be answered.',
  },
  {
    name: 'voice-fallbacks',
    code: 'voice.fallback',
    atLeast: 3,
    impact: 'Callers hear a prepared sentence and are given to the clinic’s human line: no model answers.',
  },
  {
    name: 'voice-transfer-failed',
    code: 'transfer.failed',
    atLeast: 1,
    impact: 'A caller wanted a human and could not be put through.',
  },
  {
    name: 'voice-talks-not-kept',
    code: 'talk.save-failed',
    atLeast: 3,
    impact: 'What is said in calls is not kept: it is missing from the record, and a call whose task dies starts anew.',
  },
  {
    name: 'voice-recording-goes-on',
    code: 'recording.goes-on',
    atLeast: 1,
    impact:
      'A caller objected, or did not agree, to the recording of their call, and the vendor did not take the order to stop it.',
  },
  {
    name: 'voice-unprotected',
    code: 'voice.unprotected',
    atLeast: 10,
    impact: 'Tasks cannot protect themselves: when the evening needs fewer of them, calls on them are handed over.',
  },
  {
    name: 'voice-failing',
    code: 'request.failed',
    atLeast: 3,
    impact: 'The voice service fails in a way it did not expect: calls may break off.',
  },
];

const minute = Duration.minutes(1);
const fiveMinutes = Duration.minutes(5);

/** What a caller would notice, told before many have, and the same on one picture. */
export class VoiceAlarms extends Construct {
  constructor(scope: Construct, id: string, { house, frontDoor, tasks, liveCalls }: VoiceAlarmsProps) {
    super(scope, id);
    const { minTasks, callsPerTask } = house.settings.voice;
    // Which of the two takes calls changes with each deploy.
    const groups = [frontDoor.blue, frontDoor.green];
    const healthy = groups.map(({ metrics }) => metrics.healthyHostCount({ period: minute, statistic: 'Minimum' }));
    const unhealthy = groups.map(({ metrics }) => metrics.unhealthyHostCount({ period: minute, statistic: 'Maximum' }));
    const refused = frontDoor.loadBalancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, {
      period: fiveMinutes,
      statistic: 'Sum',
      label: 'Sockets nobody took',
    });

    new Alarm(this, 'TasksMissing', {
      house,
      name: 'voice-tasks-missing',
      impact: 'Fewer tasks take calls than must: one more that is lost, and callers reach nobody.',
      metric: sumOf('Tasks that take calls', healthy, minute),
      lessThan: minTasks,
      periods: 5,
    });
    new Alarm(this, 'Unhealthy', {
      house,
      name: 'voice-unhealthy',
      impact: 'A task does not answer: its callers may hear silence, and new calls crowd onto the others.',
      metric: sumOf('Tasks that do not answer', unhealthy, minute),
      periods: 5,
    });
    new Alarm(this, 'Refused', {
      house,
      name: 'voice-refused',
      impact: 'Vendors knock and no task takes the call: callers hear an apology, or are transferred.',
      metric: refused,
      atLeast: 3,
    });
    new Alarm(this, 'Crowded', {
      house,
      name: 'voice-crowded',
      impact: 'The tasks are nearly full: soon callers will be transferred or asked to call back.',
      metric: liveCalls,
      // Scaling answers at three fifths: whoever gets here has outrun it, or reached the most tasks there may be.
      atLeast: Math.floor(callsPerTask * 0.85),
      periods: 3,
    });
    for (const { name, code, atLeast, impact } of told) {
      new LogAlarm(this, name, { house, name, impact, code, from: [tasks], within: fiveMinutes, atLeast });
    }
    const times = felt.map(({ name, code, atLeastMs, impact }) => {
      const metric = measureCode(this, `${name}-time`, {
        house,
        code,
        by: tasks,
        field: 'durationMs',
        statistic: 'p95',
        within: fiveMinutes,
      });
      new Alarm(this, name, { house, name, impact, metric, atLeast: atLeastMs, periods: 3 });
      return metric;
    });

    new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: nameIn(house.settings, 'voice'),
      widgets: [
        [
          graph('Live calls of a task', [liveCalls, liveCalls.with({ statistic: 'Maximum', label: 'the fullest' })]),
          graph('Tasks', [...healthy, ...unhealthy]),
          graph('Sockets nobody took', [refused]),
        ],
        times.map((metric, index) =>
          graph(
            felt[index]?.code ?? '',
            [50, 95, 99].map((p) => at(metric, p)),
          ),
        ),
        [
          graph(
            'Within five minutes',
            told.map(({ code }) => counted(house, tasks, code)),
            24,
          ),
        ],
      ],
    });
  }
}

const at = (metric: cloudwatch.Metric, percentile: number) =>
  metric.with({ statistic: `p${percentile}`, label: `p${percentile} ms` });

/** The metric that the alarm on a code has made. */
const counted = ({ settings }: House, { name }: Writer, code: LogCode) =>
  new cloudwatch.Metric({
    namespace: `Frontdesk/${settings.stage}`,
    metricName: `${name} ${code}`,
    label: code,
    period: fiveMinutes,
    statistic: 'Sum',
  });

const graph = (title: string, left: cloudwatch.IMetric[], width = 6) =>
  new cloudwatch.GraphWidget({ title, left, width, height: 6, leftYAxis: { min: 0, showUnits: false } });
