import fc from 'fast-check';
import { fields } from '#domain/conversations/tools/fields.ts';
import { toolCodes } from '#domain/conversations/tools/tool.ts';
import {
  type Hearer,
  type Spoken,
  spokenDay,
  spokenSlot,
  spokenSlots,
} from '#domain/conversations/words/spoken-slots.ts';
import { sentences, toolWords } from '#domain/conversations/words/words.ts';
import { languages } from '#domain/language.ts';
import { list } from '#domain/wall-time.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { awa, koffi } from '../fakes/scheduling.ts';
import { inCotonou } from './tools/tool-world.ts';

const { fr, en } = toolWords;
const nowMs = inCotonou('2026-10-05', '07:30');
const french: Hearer = { clinic: clinicProfile(), language: 'fr', nowMs };
const english: Hearer = { ...french, language: 'en' };
const at = (date: string, time: string, providerId = koffi): Spoken => ({ providerId, startMs: inCotonou(date, time) });

test('the fixed sentences are said to the letter', () => {
  expect(fr.offer('lundi à 9 heures')).toBe('Je peux vous proposer lundi à 9 heures. Qu’est-ce qui vous convient ?');
  expect(en.offer('Monday at noon')).toBe('I can offer you Monday at noon. Which one works for you?');
  const slot = { date: 'mardi 6 octobre 2026', time: '9 heures', provider: 'le docteur Awa Modèle' };
  expect(fr.offerItem(slot)).toBe('mardi 6 octobre 2026 à 9 heures avec le docteur Awa Modèle');
  expect(en.offerItem({ date: 'Tuesday', time: 'noon', provider: 'Doctor Awa' })).toBe(
    'Tuesday at noon with Doctor Awa',
  );
  expect(fr.offerNone(fr.onDay('lundi 5 octobre 2026'), 'mardi')).toBe(
    'Il n’y a plus de place le lundi 5 octobre 2026. Le prochain créneau libre est mardi.',
  );
  expect(en.offerNone(en.onDay('Monday'), 'Tuesday')).toBe(
    'There is nothing left on Monday. The next opening is Tuesday.',
  );
  expect(fr.slotTaken('X')).toBe('Ce créneau vient d’être pris. X');
  expect(en.slotTaken('X')).toBe('That time has just been taken. X');
  expect(fr.readback({ ...slot, type: 'consultation', firstName: 'Jeanne' })).toBe(
    'Je récapitule : consultation avec le docteur Awa Modèle, mardi 6 octobre 2026 à 9 heures, pour Jeanne. C’est bien cela ?',
  );
  expect(en.readback({ ...slot, type: 'check-up', firstName: 'Jane' })).toBe(
    'To confirm: check-up with le docteur Awa Modèle, mardi 6 octobre 2026 at 9 heures, for Jane. Is that right?',
  );
  expect(fr.booked('lundi 5 octobre 2026', 'midi')).toBe(
    'C’est noté. Votre rendez-vous est confirmé lundi 5 octobre 2026 à midi.',
  );
  expect(en.booked('Monday', 'noon')).toBe("You're all set. Your appointment is confirmed for Monday at noon.");
  expect(fr.verifyFail).toBe(
    'Je ne peux pas confirmer votre identité par téléphone. Je vous mets en relation avec l’équipe.',
  );
  expect(en.verifyFail).toBe("I can't confirm your identity by phone. Let me connect you with the team.");
  expect(fr.emergency('112', '118')).toBe(
    'Cela peut être une urgence. Raccrochez et appelez tout de suite le 112, ou le 118.',
  );
  expect(en.emergency('911', '988')).toBe('This may be an emergency. Hang up and call 911 now, or 988.');
});

test('a time that is said within a sentence follows a word that suits today and tomorrow as well', () => {
  const slot = spokenSlot(at('2026-10-06', '09:00'), french);
  expect(fr.changeToConfirm(slot, 'X')).toMatch(/^Un rendez-vous vient d’être pris pour demain mardi 6 octobre 2026 à/);
  expect(en.cancelled(spokenDay('2026-10-06', english), 'noon')).toBe(
    "That's done. The appointment for tomorrow, Tuesday, October 6, 2026 at noon is cancelled.",
  );
  expect(fr.free(slot)).toBe(
    'Ce créneau est libre : demain mardi 6 octobre 2026 à 9 heures avec le docteur Koffi Exemple. À quel nom est le rendez-vous ?',
  );
});

test('every emergency number has its article in French', () => {
  const numbers = (...all: string[]) => list(all, 'fr', 'disjunction');
  expect(fr.emergencyNumbers(numbers('112'))).toBe('En cas d’urgence, appelez le 112.');
  expect(fr.emergencyNumbers(numbers('112', '118'))).toBe('En cas d’urgence, appelez le 112 ou le 118.');
  expect(fr.emergencyNumbers(numbers('15', '112', '118'))).toBe('En cas d’urgence, appelez le 15, le 112 ou le 118.');
});

/** Every sentence that takes no parameters. */
const plain = languages.flatMap((language) => {
  const words = toolWords[language];
  const texts = [...Object.values(words.codes), ...Object.values(words.ask)];
  const own = Object.values(words).filter((value): value is string => typeof value === 'string');
  return [...texts, ...own].map((text): [string, string] => [language, text]);
});

test('every code and every argument has a sentence in every language', () => {
  for (const language of languages) {
    expect(Object.keys(toolWords[language].codes).sort()).toEqual([...toolCodes].sort());
    expect(Object.keys(toolWords[language].ask).sort()).toEqual(Object.keys(fields).sort());
  }
});

test.each(plain.filter(([, text]) => text !== fr.or))('%s: %s', (language, text) => {
  expect(text).not.toMatch(/[*_#<>{}[\]]|undefined|\s\s/);
  if (language === 'fr') {
    expect(text).not.toMatch(/'/);
    expect(text).not.toMatch(/\S[?!;:]/);
  } else expect(text).not.toMatch(/’|\s[?!;:]/);
});

test('what times share is said once', () => {
  const cases: [string, Spoken[], string, string][] = [
    [
      'one time',
      [at('2026-10-13', '09:00')],
      'mardi 13 octobre 2026 à 9 heures avec le docteur Koffi Exemple',
      'Tuesday, October 13, 2026 at 9:00 a.m. with Doctor Koffi Exemple',
    ],
    [
      'one day, one doctor',
      [at('2026-10-13', '09:00'), at('2026-10-13', '12:00'), at('2026-10-13', '14:30')],
      'mardi 13 octobre 2026 à 9 heures, midi ou 14 heures 30, avec le docteur Koffi Exemple',
      'Tuesday, October 13, 2026 at 9:00 a.m., noon, or 2:30 p.m., with Doctor Koffi Exemple',
    ],
    [
      'one day, two doctors',
      [at('2026-10-13', '09:00'), at('2026-10-13', '10:00', awa)],
      'mardi 13 octobre 2026 à 9 heures avec le docteur Koffi Exemple ou 10 heures avec le docteur Awa Modèle',
      'Tuesday, October 13, 2026 at 9:00 a.m. with Doctor Koffi Exemple or 10:00 a.m. with Doctor Awa Modèle',
    ],
    [
      'three days, one doctor',
      [at('2026-10-13', '09:00'), at('2026-10-14', '10:00'), at('2026-10-15', '11:00')],
      'mardi 13 octobre 2026 à 9 heures, mercredi 14 octobre 2026 à 10 heures ou jeudi 15 octobre 2026 à 11 heures, avec le docteur Koffi Exemple',
      'Tuesday, October 13, 2026 at 9:00 a.m., Wednesday, October 14, 2026 at 10:00 a.m., or Thursday, October 15, 2026 at 11:00 a.m., with Doctor Koffi Exemple',
    ],
    [
      'two times of one day and one of another',
      [at('2026-10-13', '09:00'), at('2026-10-13', '10:00'), at('2026-10-14', '09:00')],
      'mardi 13 octobre 2026 à 9 heures ou 10 heures, ou mercredi 14 octobre 2026 à 9 heures, avec le docteur Koffi Exemple',
      'Tuesday, October 13, 2026 at 9:00 a.m. or 10:00 a.m., or Wednesday, October 14, 2026 at 9:00 a.m., with Doctor Koffi Exemple',
    ],
    [
      'a doctor for each day',
      [at('2026-10-13', '09:00'), at('2026-10-13', '10:00'), at('2026-10-14', '09:00', awa)],
      'mardi 13 octobre 2026 à 9 heures ou 10 heures avec le docteur Koffi Exemple, ou mercredi 14 octobre 2026 à 9 heures avec le docteur Awa Modèle',
      'Tuesday, October 13, 2026 at 9:00 a.m. or 10:00 a.m. with Doctor Koffi Exemple, or Wednesday, October 14, 2026 at 9:00 a.m. with Doctor Awa Modèle',
    ],
  ];
  for (const [, slots, inFrench, inEnglish] of cases) {
    expect(spokenSlots(slots, french)).toBe(inFrench);
    expect(spokenSlots(slots, english)).toBe(inEnglish);
  }
});

test('today and tomorrow are said with their date, and no other day is relative', () => {
  expect(spokenDay('2026-10-05', french)).toBe('aujourd’hui lundi 5 octobre 2026');
  expect(spokenDay('2026-10-06', french)).toBe('demain mardi 6 octobre 2026');
  expect(spokenDay('2026-10-07', french)).toBe('mercredi 7 octobre 2026');
  expect(spokenDay('2026-11-01', french)).toBe('dimanche 1er novembre 2026');
  expect(spokenDay('2026-10-05', english)).toBe('today, Monday, October 5, 2026');
  expect(spokenDay('2026-10-06', { ...english, language: 'en-GB' })).toBe('tomorrow, Tuesday, 6 October 2026');
  // Half past midnight in Cotonou is still yesterday in Greenwich.
  expect(spokenDay('2026-10-06', { ...french, nowMs: inCotonou('2026-10-06', '00:30') })).toMatch(/^aujourd’hui/);
});

test('a sentence ends once, also after a.m.', () => {
  expect(sentences(en.offer(spokenSlot(at('2026-10-13', '09:00'), english)))).not.toMatch(/\.\./);
  expect(sentences(en.booked('Monday', '9:00 a.m.'))).toBe(
    "You're all set. Your appointment is confirmed for Monday at 9:00 a.m.",
  );
  expect(sentences('Un.', undefined, false, 'Deux.')).toBe('Un. Deux.');
});

test('at most three times are spoken, each with its date and hour, whatever the calendar holds', () => {
  const slots = fc.array(
    fc.record({
      providerId: fc.constantFrom(awa, koffi),
      startMs: fc.integer({ min: 0, max: 60 * 24 * 12 }).map((fives) => nowMs + fives * 300_000),
    }),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(slots, fc.constantFrom(french, english), (times, hearer) => {
      const said = spokenSlots(times, hearer);
      const told = new Set(times.slice(0, 3).map((slot) => spokenSlot(slot, hearer)));
      for (const one of told) {
        const time = / (?:à|at) (.*?) (?:avec|with) /.exec(one)?.[1] ?? '';
        expect(said).toContain(time);
      }
      expect(said.match(/2026/g)?.length).toBeLessThanOrEqual(3);
      expect(said).not.toMatch(/undefined|[0-9a-f]{8}-/);
    }),
  );
});
