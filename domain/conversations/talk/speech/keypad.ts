import type { Deadlines } from './deadlines.ts';

/** A pause of this length after a key ends a number. */
const pauseMs = 1_500;
const mostKeys = 32;

/** Keys pressed one after the other, told as one: after a pause, or at `#`. */
export function createKeypad(
  deadlines: Deadlines<'keys'>,
  keyed: (keys: string) => void,
): { press(key: string): void } {
  let pressed = '';
  const tell = () => {
    const keys = pressed;
    pressed = '';
    deadlines.clear('keys');
    if (keys) keyed(keys);
  };
  return {
    press(key) {
      if (!/^[0-9A-D*#]$/.test(key)) return;
      if (key === '#') return tell();
      if (pressed.length < mostKeys) pressed += key;
      deadlines.set('keys', pauseMs, tell);
    },
  };
}
