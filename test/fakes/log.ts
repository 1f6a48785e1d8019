import type { Log, LogCode, LogFields } from '#domain/log.ts';

/** A log that remembers its entries. */
export function rememberedLog(): Log & { entries: { code: LogCode; fields: LogFields }[]; codes(): LogCode[] } {
  const entries: { code: LogCode; fields: LogFields }[] = [];
  const remember = (code: LogCode, fields: LogFields = {}) => void entries.push({ code, fields });
  return { entries, codes: () => entries.map(({ code }) => code), info: remember, warn: remember, error: remember };
}
