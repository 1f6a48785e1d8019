import type { LanguageTag } from '../../language.ts';
import type { AppointmentType } from './appointment-type.ts';

/** An appointment type as it is said in a language: by its tag, by its primary language, else by the first name it has. */
export function typeName({ names }: Pick<AppointmentType, 'names'>, tag: LanguageTag): string {
  return names[tag] ?? names[tag.slice(0, 2)] ?? Object.values(names)[0] ?? '';
}
