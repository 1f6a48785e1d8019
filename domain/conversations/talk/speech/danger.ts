import { errorFields, type Log, type LogFields } from '../../../log.ts';
import type { Alarm, LiveTalk } from '../live-talk.ts';

interface Deps {
  talk: Pick<LiveTalk, 'hear'>;
  log: Log;
  where: LogFields;
}

/** What has to be said in place of anything else, as the caller's words and their silence stand, if that can be told. */
export const createDanger =
  ({ talk, log, where }: Deps) =>
  async (): Promise<Alarm | undefined> => {
    try {
      return await talk.hear();
    } catch (error) {
      log.error('tool.failed', { ...where, ...errorFields(error) });
      return undefined;
    }
  };
