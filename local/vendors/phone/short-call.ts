import type { Handset } from './handset.ts';

/** Words last a tenth here of what they last on a telephone. */
const timesFaster = 10;

/** Hangs up, in mid-word if need be, when the caller has listened for so many seconds of ordinary speech. */
export function sayGoodbyeAfter(phone: Handset, seconds: number | undefined): void {
  if (seconds === undefined) return;
  const listened = async () => {
    await phone.until(() => phone.ear.heard.length > 0, 15_000);
    await phone.until(() => false, (seconds * 1000) / timesFaster);
    phone.hangUp();
  };
  listened().catch(() => undefined); // The line is dead already.
}
