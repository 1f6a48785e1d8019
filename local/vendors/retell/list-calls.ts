import type Retell from 'retell-sdk';
import * as z from 'zod';
import type { ArchivedCall } from './call-archive.ts';
import type { CallObject } from './call-object.ts';

/** The operators of POST /v3/list-calls, as the types of retell-sdk 5.66.1 have them. */
const StringFilter = z.object({
  type: z.literal('string'),
  op: z.enum(['eq', 'ne', 'sw', 'ew', 'co']),
  value: z.string(),
});
const NumberFilter = z.object({
  type: z.literal('number'),
  op: z.enum(['eq', 'ne', 'gt', 'ge', 'lt', 'le']),
  value: z.number(),
});
const RangeFilter = z.object({
  type: z.literal('range'),
  op: z.literal('bt'),
  value: z.tuple([z.number(), z.number()]),
});
const EnumFilter = z.object({ type: z.literal('enum'), op: z.literal('in'), value: z.array(z.string()) });
const BooleanFilter = z.object({ type: z.literal('boolean'), op: z.literal('eq'), value: z.boolean() });
const PresentFilter = z.object({ type: z.literal('present'), op: z.enum(['pr', 'np']) });

const text = z.discriminatedUnion('type', [StringFilter, EnumFilter]);
const amount = z.discriminatedUnion('type', [NumberFilter, RangeFilter]);
const keyed = z.array(
  z
    .discriminatedUnion('type', [StringFilter, NumberFilter, RangeFilter, EnumFilter, BooleanFilter, PresentFilter])
    .and(z.object({ key: z.string() })),
);

/** Filters of the real endpoint that are missing here (`batch_call_id`, `custom_attributes`, `tool_calls`) are refused, not ignored. */
const FilterCriteria = z.strictObject({
  agent: z.array(z.object({ agent_id: z.string(), version: z.array(z.number()).optional() })).optional(),
  agent_tag: EnumFilter.optional(),
  call_id: text.optional(),
  call_status: EnumFilter.optional(),
  call_successful: BooleanFilter.optional(),
  call_type: EnumFilter.optional(),
  combined_cost: amount.optional(),
  custom_analysis_data: keyed.optional(),
  data_storage_setting: EnumFilter.optional(),
  direction: EnumFilter.optional(),
  disconnection_reason: EnumFilter.optional(),
  duration_ms: amount.optional(),
  dynamic_variables: keyed.optional(),
  e2e_latency_p50: amount.optional(),
  end_timestamp: amount.optional(),
  from_number: StringFilter.optional(),
  in_voicemail: BooleanFilter.optional(),
  metadata: keyed.optional(),
  start_timestamp: amount.optional(),
  to_number: StringFilter.optional(),
  user_sentiment: EnumFilter.optional(),
});
type FilterCriteria = z.infer<typeof FilterCriteria>;

/** Body of POST /v3/list-calls. */
export const ListCalls = z.strictObject({
  filter_criteria: FilterCriteria.optional(),
  include_total: z.boolean().default(false),
  limit: z.int().min(1).max(1000).default(50),
  pagination_key: z.string().optional(),
  skip: z.int().min(0).default(0),
  sort_order: z.enum(['ascending', 'descending']).default('descending'),
});
export type ListCalls = z.infer<typeof ListCalls>;

type Filter =
  | z.infer<typeof StringFilter | typeof NumberFilter | typeof RangeFilter | typeof EnumFilter>
  | z.infer<typeof BooleanFilter | typeof PresentFilter>;

/** Where the value of a filter stands in a call. */
const fields: { [Name in Exclude<keyof FilterCriteria, 'agent' | KeyedName>]: (call: CallObject) => unknown } = {
  agent_tag: (call) => call.agent_tag,
  call_id: (call) => call.call_id,
  call_status: (call) => call.call_status,
  call_successful: (call) => call.call_analysis?.call_successful,
  call_type: (call) => call.call_type,
  combined_cost: (call) => call.call_cost?.combined_cost,
  data_storage_setting: (call) => call.data_storage_setting,
  direction: (call) => call.direction,
  disconnection_reason: (call) => call.disconnection_reason,
  duration_ms: (call) => call.duration_ms,
  e2e_latency_p50: (call) => call.latency?.e2e?.p50,
  end_timestamp: (call) => call.end_timestamp,
  from_number: (call) => call.from_number,
  in_voicemail: (call) => call.call_analysis?.in_voicemail,
  start_timestamp: (call) => call.start_timestamp,
  to_number: (call) => call.to_number,
  user_sentiment: (call) => call.call_analysis?.user_sentiment,
};

type KeyedName = 'custom_analysis_data' | 'dynamic_variables' | 'metadata';
const keyedFields: { [Name in KeyedName]: (call: CallObject) => unknown } = {
  custom_analysis_data: (call) => call.call_analysis?.custom_analysis_data,
  dynamic_variables: (call) => call.retell_llm_dynamic_variables,
  metadata: (call) => call.metadata,
};

/** A value that is not there, or is of another type, passes no filter but `np` and `ne`. */
function passes(value: unknown, filter: Filter): boolean {
  switch (filter.type) {
    case 'present':
      return (value !== undefined && value !== null) === (filter.op === 'pr');
    case 'boolean':
      return value === filter.value;
    case 'enum':
      return typeof value === 'string' && filter.value.includes(value);
    case 'range':
      return typeof value === 'number' && value >= filter.value[0] && value <= filter.value[1];
    case 'string':
      if (typeof value !== 'string') return filter.op === 'ne';
      return {
        eq: value === filter.value,
        ne: value !== filter.value,
        sw: value.startsWith(filter.value),
        ew: value.endsWith(filter.value),
        co: value.includes(filter.value),
      }[filter.op];
    case 'number':
      if (typeof value !== 'number') return filter.op === 'ne';
      return {
        eq: value === filter.value,
        ne: value !== filter.value,
        gt: value > filter.value,
        ge: value >= filter.value,
        lt: value < filter.value,
        le: value <= filter.value,
      }[filter.op];
  }
}

function matches(call: CallObject, criteria: FilterCriteria): boolean {
  const { agent, ...others } = criteria;
  const byAgent = ({ agent_id, version }: { agent_id: string; version?: number[] }) =>
    call.agent_id === agent_id && (!version?.length || version.includes(call.agent_version));
  if (agent && agent.length > 0 && !agent.some(byAgent)) return false;
  return Object.entries(others).every(([name, filter]) => {
    if (filter === undefined) return true;
    if (!Array.isArray(filter)) return passes(fields[name as keyof typeof fields](call), filter as Filter);
    const record = (keyedFields[name as KeyedName](call) ?? {}) as Record<string, unknown>;
    return filter.every((one) => passes(record[one.key], one));
  });
}

/** Items carry everything but what was said. */
function withoutTranscripts(call: CallObject): CallObject {
  const item = { ...call };
  delete item.transcript;
  delete item.transcript_object;
  delete item.transcript_with_tool_calls;
  return item;
}

/**
 * Answers POST /v3/list-calls. A call that never connected has no `start_timestamp`: it is sorted by when it was
 * registered, and a filter on `start_timestamp` passes it over.
 *
 * @returns undefined when the pagination key is none of ours
 */
export function listCalls(
  archived: readonly ArchivedCall[],
  request: ListCalls,
): (Pick<Retell.CallListResponse, 'has_more' | 'pagination_key' | 'total'> & { items: CallObject[] }) | undefined {
  const direction = request.sort_order === 'ascending' ? 1 : -1;
  const time = ({ call, registeredAt }: ArchivedCall) => call.start_timestamp ?? registeredAt;
  const order = (a: ArchivedCall, b: ArchivedCall) =>
    direction * (time(a) - time(b) || a.call.call_id.localeCompare(b.call.call_id));
  const found = archived.filter(({ call }) => matches(call, request.filter_criteria ?? {})).sort(order);
  // The page goes on after the place of that call, whether or not it still passes the filter.
  const last = archived.find(({ call }) => call.call_id === request.pagination_key);
  if (request.pagination_key !== undefined && !last) return undefined;
  const following = (last ? found.filter((one) => order(one, last) > 0) : found).slice(request.skip);
  const items = following.slice(0, request.limit).map(({ call }) => withoutTranscripts(call));
  const hasMore = following.length > items.length;
  return {
    items,
    has_more: hasMore,
    ...(hasMore && { pagination_key: items.at(-1)?.call_id }),
    ...(request.include_total && { total: found.length }),
  };
}
