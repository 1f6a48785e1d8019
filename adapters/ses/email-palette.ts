/** What stands on what. The inks are those that may be written with; the grounds what they are written on. */
export const inks = ['text', 'quiet', 'accent', 'alarm', 'onBand', 'onButton'] as const;
export const grounds = ['page', 'card', 'panel', 'alarmPanel', 'band', 'alarmBand', 'button'] as const;
export type Ink = (typeof inks)[number];
export type Ground = (typeof grounds)[number];

interface Palette {
  ink: Record<Ink, string>;
  ground: Record<Ground, string>;
  /** Hairlines. */
  line: string;
}

/** Written inline on every cell, so that it holds where a mail program drops style sheets. */
export const light: Palette = {
  ink: {
    text: '#1b2a28',
    quiet: '#566663',
    accent: '#1c6158',
    alarm: '#98241b',
    onBand: '#ffffff',
    onButton: '#ffffff',
  },
  ground: {
    page: '#f1f4f3',
    card: '#ffffff',
    panel: '#edf4f2',
    alarmPanel: '#fcefed',
    band: '#1c6158',
    alarmBand: '#98241b',
    button: '#1c6158',
  },
  line: '#dfe7e4',
};

/** For mail programs that know dark mode and keep style sheets; the others darken the light one by themselves. */
export const dark: Palette = {
  ink: {
    text: '#e7eeec',
    quiet: '#a2b2ae',
    accent: '#84cdc0',
    alarm: '#ffb3a8',
    onBand: '#e7f3f0',
    onButton: '#06201c',
  },
  ground: {
    page: '#101716',
    card: '#18211f',
    panel: '#202d2a',
    alarmPanel: '#3a201d',
    band: '#1d443e',
    alarmBand: '#6b231c',
    button: '#84cdc0',
  },
  line: '#2b3734',
};

/** The classes that carry dark mode. Nothing is legible only because of them. */
export const inkClass = (ink: Ink): string => `i-${ink}`;
export const groundClass = (ground: Ground): string => `g-${ground}`;
export const lineClass = 'l';

/** The one style sheet of the message. */
export const darkStyleSheet = `:root{color-scheme:light dark;supported-color-schemes:light dark}@media (prefers-color-scheme:dark){${[
  ...inks.map((ink) => `.${inkClass(ink)}{color:${dark.ink[ink]}!important}`),
  ...grounds.map((ground) => `.${groundClass(ground)}{background-color:${dark.ground[ground]}!important}`),
  `.${lineClass}{border-color:${dark.line}!important}`,
].join('')}}`;
