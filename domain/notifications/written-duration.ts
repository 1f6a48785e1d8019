/** A duration in milliseconds as it is read: `5 min 00 s`, `48 s`, `1 h 02 min 05 s`; `undefined` when there is nothing to say. */
export function writtenDuration(durationMs: number | undefined): string | undefined {
  const total = Math.round((durationMs ?? 0) / 1000);
  if (!Number.isFinite(total) || total <= 0) return undefined;
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  if (hours) return `${hours} h ${two(minutes)} min ${two(seconds)} s`;
  return minutes ? `${minutes} min ${two(seconds)} s` : `${seconds} s`;
}
