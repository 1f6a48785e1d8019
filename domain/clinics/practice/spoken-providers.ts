import type { Language } from '../../language.ts';
import type { Provider } from './provider.ts';

const honorifics = {
  fr: { Dr: 'le docteur', Pr: 'le professeur', M: 'monsieur', Mme: 'madame', Mr: 'monsieur', Ms: 'madame', Mx: '' },
  en: { Dr: 'Doctor', Pr: 'Professor', M: 'Mister', Mme: 'Ms.', Mr: 'Mister', Ms: 'Ms.', Mx: '' },
} as const satisfies Record<Language, Record<NonNullable<Provider['honorific']>, string>>;

/** A provider as the agent says it: `le docteur Awa Exemple`, `Doctor Sam Sample`. */
export function spokenProvider(provider: Provider, language: Language): string {
  const name = provider.spokenName ?? `${provider.givenName} ${provider.familyName}`;
  return `${provider.honorific ? honorifics[language][provider.honorific] : ''} ${name}`.trim();
}

const collator = new Intl.Collator('fr');

/** The active providers in the order the clinic shows them. */
export function activeProviders(providers: readonly Provider[]): Provider[] {
  return providers
    .filter(({ active }) => active)
    .sort(
      (a, b) =>
        a.displayOrder - b.displayOrder || collator.compare(a.familyName, b.familyName) || (a.id < b.id ? -1 : 1),
    );
}

/** Numbered lines, one provider each, with specialties and without ids: `1. le docteur Awa Exemple, pédiatrie`. */
export function spokenProviders(providers: readonly Provider[], language: Language): string {
  return activeProviders(providers)
    .map(
      (provider, index) => `${index + 1}. ${[spokenProvider(provider, language), ...provider.specialties].join(', ')}`,
    )
    .join('\n');
}
