import type { StageSettings } from './settings.ts';

/** The name of a thing of ours in AWS: known from the stage alone, so that a command line finds it. */
export const nameIn = (settings: StageSettings, name: string): string => `frontdesk-${settings.stage}-${name}`;
