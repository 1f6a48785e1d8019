import * as z from 'zod';
import { Refusal } from '#local/vendors/control-http.ts';
import type { ArchivedCall, CallArchive } from './call-archive.ts';
import type { CallObject } from './call-object.ts';

/** From the loosest to the strictest. */
const settings = ['everything', 'everything_except_pii', 'basic_attributes_only'] as const;
const DataStorageSetting = z.enum(settings);
type DataStorageSetting = z.infer<typeof DataStorageSetting>;

/** What `update-call` takes, of which this stand-in knows what is stored. */
export const UpdateCall = z.strictObject({ data_storage_setting: DataStorageSetting });

/** What `update-live-call` takes, of which this stand-in knows what is stored. */
export const UpdateLiveCall = z.strictObject({ fields_to_override: UpdateCall });

/** What was said, how it sounded and what was made of it; the rest are basic attributes. */
const saidFields = [
  'transcript',
  'transcript_object',
  'transcript_with_tool_calls',
  'recording_url',
  'recording_multi_channel_url',
  'public_log_url',
  'call_analysis',
  'collected_dynamic_variables',
  'retell_llm_dynamic_variables',
] as const satisfies (keyof CallObject)[];

/** A call as Retell keeps it. Its events tell more: they carry what was said whatever is stored. */
export function storedCall(call: CallObject): CallObject {
  if (call.data_storage_setting !== 'basic_attributes_only') return call;
  const kept = { ...call };
  for (const field of saidFields) delete kept[field];
  return kept;
}

/** From now on less of the call is stored. @throws Refusal when that would be more */
export async function restrictStorage(
  archive: CallArchive,
  { call }: ArchivedCall,
  setting: DataStorageSetting,
): Promise<CallObject> {
  const before = settings.indexOf(call.data_storage_setting ?? 'everything');
  if (settings.indexOf(setting) < before) {
    throw new Refusal(400, 'data_storage_setting cannot be downgraded to a less restrictive setting.');
  }
  const restricted = storedCall({ ...call, data_storage_setting: setting });
  await archive.put([restricted]);
  return restricted;
}

/** A call of which less was asked to be stored since it began. */
export function asRestricted(archive: CallArchive, call: CallObject): CallObject {
  const setting = archive.get(call.call_id)?.call.data_storage_setting;
  return setting === undefined ? call : { ...call, data_storage_setting: setting };
}
