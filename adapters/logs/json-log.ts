import type { Log, LogCode, LogFields } from '#domain/log.ts';

/**
 * One JSON line per entry on standard output, where Lambda's log group and the metric filters read it. The types of
 * `domain/log.ts` are what keeps patients out of it.
 */
export function createJsonLog(write: (line: string) => void = (line) => process.stdout.write(`${line}\n`)): Log {
  const entry =
    (level: 'info' | 'warn' | 'error') =>
    (code: LogCode, fields: LogFields = {}) =>
      write(JSON.stringify({ level, code, ...fields, at: new Date().toISOString() }));
  return { info: entry('info'), warn: entry('warn'), error: entry('error') };
}
