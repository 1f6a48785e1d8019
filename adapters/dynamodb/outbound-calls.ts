import * as z from 'zod';
import { isoInstant } from '#domain/clock.ts';
import { OutboundCall, type OutboundCalls } from '#domain/conversations/outbound/outbound-call.ts';
import { auditWrite } from './clinic-writes.ts';
import { type Key, keys } from './keys.ts';
import { type Item, type Table, toItem } from './table.ts';
import { type Step, transact } from './transact.ts';

interface Tables {
  core: Table;
  audit: Table;
}

/** Counters outlive their day in every zone. */
const counterSeconds = 3 * 24 * 60 * 60;
/** As long as raw events: then nobody asks for the same call again. */
const keptSeconds = 30 * 24 * 60 * 60;

const Row = OutboundCall.omit({ createdAtMs: true })
  .extend({ createdAt: z.iso.datetime() })
  .transform(({ createdAt, ...call }): OutboundCall => ({ ...call, createdAtMs: Date.parse(createdAt) }));

/** What is known of calls of ours, for whoever only hears of them. */
export function createPlacedCalls(core: Table): Pick<OutboundCalls, 'get' | 'settle'> {
  const get: OutboundCalls['get'] = async (clinicId, callId) => {
    const item = await core.get(keys.outboundCall(clinicId, callId));
    return item && Row.parse(item);
  };

  /** Nobody was called: neither was it one of the day's calls. */
  async function free({ clinicId, callId, day, to }: OutboundCall): Promise<void> {
    const lessOne = (key: Key): Step<'count'> => ({
      word: 'count',
      action: {
        Update: {
          TableName: core.name,
          Key: toItem({ ...key }),
          UpdateExpression: 'ADD #calls :less',
          ExpressionAttributeNames: { '#calls': 'calls' },
          ExpressionAttributeValues: toItem({ ':less': -1 }),
        },
      },
    });
    await transact(core.client, [
      {
        word: 'call',
        action: {
          Update: {
            TableName: core.name,
            Key: toItem({ ...keys.outboundCall(clinicId, callId) }),
            UpdateExpression: 'SET #state = :free',
            ConditionExpression: '#state = :reserved',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: toItem({ ':free': 'free', ':reserved': 'reserved' }),
          },
        },
      },
      lessOne(keys.callsOfDay(clinicId, day)),
      lessOne(keys.callsToNumber(clinicId, to, day)),
    ]);
  }

  return {
    get,

    async settle(clinicId, callId, settled) {
      const key = keys.outboundCall(clinicId, callId);
      if (settled.state === 'free') {
        const call = await get(clinicId, callId);
        if (call) await free(call);
        return;
      }
      // That it rang outweighs whatever was thought before; that it was refused is only said of a call nobody knows of.
      const condition =
        settled.state === 'placed'
          ? { condition: 'attribute_exists(PK)' }
          : { condition: '#state = :reserved', names: { '#state': 'state' }, values: { ':reserved': 'reserved' } };
      await core.update(key, { ...settled }, condition);
    },
  };
}

/** Calls of ours: each one item, with what counts them for the day in the same write. */
export function createOutboundCalls({ core, audit }: Tables): OutboundCalls {
  const { get, settle } = createPlacedCalls(core);

  function countStep<Word extends string>(word: Word, key: Key, cap: number, fields: Item): Step<Word> {
    const names = Object.keys(fields);
    return {
      word,
      action: {
        Update: {
          TableName: core.name,
          Key: toItem({ ...key }),
          UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')} ADD #calls :one`,
          ConditionExpression: 'attribute_not_exists(#calls) OR #calls < :cap',
          ExpressionAttributeNames: Object.fromEntries(['calls', ...names].map((name) => [`#${name}`, name])),
          ExpressionAttributeValues: toItem({
            ':one': 1,
            ':cap': cap,
            ...Object.fromEntries(names.map((name) => [`:${name}`, fields[name]])),
          }),
        },
      },
    };
  }

  return {
    get,
    settle,

    async reserve({ createdAtMs, ...call }, { callsPerDay, callsPerNumber }, act) {
      const { clinicId, callId, to, day } = call;
      const at = isoInstant(createdAtMs);
      const seconds = Math.floor(createdAtMs / 1000);
      const shared = { schemaVersion: 1, clinicId, updatedAt: at };
      const counter = { ...shared, entity: 'CallCount', ttl: seconds + counterSeconds };
      const row = {
        ...keys.outboundCall(clinicId, callId),
        ...shared,
        entity: 'OutboundCall',
        ...call,
        state: 'reserved',
        createdAt: at,
        ttl: seconds + keptSeconds,
      };
      const steps: Step<'call' | 'clinic' | 'number' | 'record'>[] = [
        {
          word: 'call',
          action: {
            Put: {
              TableName: core.name,
              Item: toItem(row),
              ConditionExpression: 'attribute_not_exists(PK) OR #state = :free',
              ExpressionAttributeNames: { '#state': 'state' },
              ExpressionAttributeValues: toItem({ ':free': 'free' }),
            },
          },
        },
        countStep('clinic', keys.callsOfDay(clinicId, day), callsPerDay, counter),
        countStep('number', keys.callsToNumber(clinicId, to, day), callsPerNumber, counter),
        { word: 'record', action: auditWrite(audit.name, act) },
      ];
      const stopped = new Set((await transact(core.client, steps, 'call')).map(({ word }) => word));
      if (stopped.size === 0) return { outcome: 'reserved' };
      if (stopped.has('call')) {
        const before = await get(clinicId, callId);
        if (!before) throw new Error('a call that stood in the way is not there');
        return { outcome: 'exists', call: before };
      }
      return { outcome: stopped.has('number') ? 'number-cap' : 'clinic-cap' };
    },
  };
}
