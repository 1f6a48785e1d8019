import type { Provider } from './provider.ts';

/** A provider as the clinic's people write it: `Dr Awa Exemple`. */
export const providerName = ({ honorific, givenName, familyName }: Provider): string =>
  [honorific, givenName, familyName].filter(Boolean).join(' ');
