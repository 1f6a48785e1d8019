import { languageOf } from '#domain/language.ts';
import type { AttemptOutcome, FunctionOutcome } from '#local/vendors/retell/timeline.ts';
import type { PlayedStep } from './play.ts';

/** How a step looks on the timeline. */
export interface StepLine {
  mark: string;
  tone: 'plain' | 'good' | 'warn' | 'bad';
  label: string;
  text: string;
}

/** `2 min 43 s`, `3 s` */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

const many = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function attempt({ attempt: number, status, error, tookMs, retryInMs }: AttemptOutcome): string {
  const next = retryInMs === undefined ? 'that was the last attempt' : `again in ${retryInMs} ms`;
  return `attempt ${number}: ${status ?? error} after ${tookMs} ms, ${next}`;
}

const shorten = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).replace(/\s+\S*$/, '')} …`;

/** Says a step in one line. The last one says nothing: the checks follow it. */
export function describeStep(step: PlayedStep): StepLine | undefined {
  switch (step.step) {
    case 'ringing':
      return { mark: '☎', tone: 'plain', label: 'rings', text: `${step.detail.from} calls ${step.detail.to}` };
    case 'dialling':
      return { mark: '☎', tone: 'plain', label: 'dials', text: `${step.detail.from} calls ${step.detail.to}` };
    case 'no-answer':
      return { mark: '·', tone: 'plain', label: 'rings out', text: step.detail.reason };
    case 'ring-attempt-failed':
      return { mark: '!', tone: 'bad', label: 'still rings', text: attempt(step.detail) };
    case 'answered':
      return { mark: '✓', tone: 'good', label: 'answered', text: answer(step.detail) };
    case 'rejected':
      return { mark: '✕', tone: 'plain', label: 'rejected', text: `in ${step.detail.tookMs} ms` };
    case 'disconnected':
      return { mark: '✕', tone: 'bad', label: 'cut off', text: step.detail.reason };
    case 'warning':
      return { mark: '!', tone: 'warn', label: 'warning', text: step.detail.text };
    case 'heard': {
      const { text, utterances, durationMs } = step.detail;
      const length = `${duration(durationMs)}, ${many(utterances, 'turn')}`;
      return { mark: '»', tone: 'plain', label: 'heard', text: `“${shorten(text, 62)}” (${length})` };
    }
    case 'function-called': {
      const right = step.detail.code !== undefined && step.detail.expected.includes(step.detail.code);
      return { mark: 'ƒ', tone: right ? 'good' : 'bad', label: 'asks', text: functionText(step.detail) };
    }
    case 'another-call': {
      const { when, from, functions } = step.detail;
      const codes = functions.map(({ name, code, error }) => `${name} ${code ?? error}`).join(', ');
      return { mark: '☎', tone: 'plain', label: when, text: `${from} calls${codes && `: ${codes}`}` };
    }
    case 'event-delivered': {
      const { event, status, tookMs, attempt: number, copy } = step.detail;
      const notes = [copy && `${copy} copy`, number > 1 && `attempt ${number}`].filter(Boolean).join(', ');
      const text = `${status} in ${tookMs} ms${notes && ` (${notes})`}`;
      return { mark: '→', tone: 'good', label: event, text };
    }
    case 'event-attempt-failed':
      return { mark: '!', tone: 'warn', label: step.detail.event, text: attempt(step.detail) };
    case 'event-given-up':
      return { mark: '✕', tone: 'bad', label: step.detail.event, text: 'never taken; Retell gives up' };
    case 'event-withheld':
      return { mark: '✕', tone: 'warn', label: step.detail.event, text: 'lost on the way, as asked' };
    case 'instructed': {
      const { by, verbs, tookMs } = step.detail;
      const label = by.endsWith('/incoming-call') ? 'answered' : 'goes on';
      const what = verbs.map((verb) => `<${verb}>`).join(' ') || 'nothing to do';
      return { mark: '✓', tone: 'good', label, text: `${what} · ${by} in ${tookMs} ms` };
    }
    case 'connected': {
      const { time, tookMs } = step.detail;
      return { mark: '⇄', tone: 'good', label: time === 1 ? 'connected' : 'again', text: `in ${tookMs} ms` };
    }
    case 'broken-off':
      return { mark: '✕', tone: 'warn', label: 'broken off', text: step.detail.reason };
    case 'hears': {
      const { text, afterMs, cut } = step.detail;
      const waited = afterMs === undefined ? '' : `  (after ${afterMs} ms)`;
      return { mark: '»', tone: 'plain', label: 'heard', text: `${text}${cut ? ' –' : ''}${waited}` };
    }
    case 'waits':
      return {
        mark: '☎',
        tone: 'plain',
        label: 'waits',
        text: `${step.detail.numbers.join(', ')}: ${step.detail.pickUp}`,
      };
    case 'asked-for': {
      const { status, callId, code, tookMs } = step.detail;
      const done = status === 201;
      return {
        mark: done ? '→' : '✕',
        tone: done ? 'good' : 'bad',
        label: 'asked for',
        text: `POST /api/calls ${status} ${callId ?? code ?? ''} in ${tookMs} ms`,
      };
    }
    case 'voicemail':
      return { mark: '»', tone: 'plain', label: 'voicemail', text: step.detail.kept || 'keeps nothing' };
    case 'says':
      return { mark: '«', tone: 'plain', label: 'says', text: step.detail.text };
    case 'repeats':
      return { mark: '«', tone: 'warn', label: 'says again', text: step.detail.text };
    case 'presses':
      return { mark: '#', tone: 'plain', label: 'presses', text: step.detail.digits };
    case 'noise':
      return { mark: '~', tone: 'plain', label: 'noise', text: step.detail.sound };
    case 'barge-in': {
      const { silentAfterMs, clearedAfterMs, staleWords } = step.detail;
      const parts = [
        silentAfterMs === undefined ? 'the agent speaks on' : `the agent is silent after ${silentAfterMs} ms`,
        clearedAfterMs !== undefined && `cleared after ${clearedAfterMs} ms`,
        `${staleWords} stale words`,
      ];
      return {
        mark: '⚡',
        tone: staleWords > 0 ? 'bad' : 'good',
        label: 'breaks in',
        text: parts.filter(Boolean).join(', '),
      };
    }
    case 'dials':
      return { mark: '☎', tone: 'plain', label: 'transferred', text: `${step.detail.number}: ${step.detail.status}` };
    case 'happens':
      return { mark: '☠', tone: 'warn', label: step.detail.what, text: shorten(step.detail.told, 90) || 'done' };
    case 'told': {
      const { what, status, error, tookMs } = step.detail;
      const isTaken = status !== undefined && status >= 200 && status < 300;
      return {
        mark: isTaken ? '→' : '!',
        tone: isTaken ? 'good' : 'bad',
        label: what,
        text: `${status ?? error} in ${tookMs} ms`,
      };
    }
    case 'hung-up':
      return {
        mark: '·',
        tone: 'plain',
        label: 'hung up',
        text: `by the ${step.detail.by} after ${duration(step.detail.afterMs)}`,
      };
    case 'tool': {
      const { name, code, say } = step.detail;
      return {
        mark: 'ƒ',
        tone: 'good',
        label: 'asks',
        text: `${name} → ${code}${say ? `  “${shorten(say, 90)}”` : ''}`,
      };
    }
    case 'email':
      return { mark: '✉', tone: 'good', label: 'e-mail', text: `${step.detail.subject} → ${step.detail.to}` };
    case 'broken':
      return { mark: '✕', tone: 'bad', label: 'stand-in', text: step.detail.text };
    case 'finished':
      return undefined;
  }
}

function functionText({ name, code, say, error, tookMs }: FunctionOutcome): string {
  if (code === undefined) return `${name}: ${error ?? 'no code in the answer'}`;
  return `${name} → ${code} in ${tookMs} ms${say ? `  “${shorten(say, 90)}”` : ''}`;
}

function answer({
  variables,
  agentId,
  overridden,
  tookMs,
}: Extract<PlayedStep, { step: 'answered' }>['detail']): string {
  const doctors = variables.available_doctors?.match(/^\s*\d+[.)]/gm)?.length ?? 0;
  const whose = [
    variables.clinic_name ?? 'without our variables',
    variables.language && languageOf(variables.language),
    many(doctors, 'doctor'),
    `${agentId} (${overridden ? 'chosen by the answer' : 'bound to the number'})`,
  ];
  return `${whose.filter(Boolean).join(' · ')} · in ${tookMs} ms`;
}
