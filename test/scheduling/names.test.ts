import fc from 'fast-check';
import { foldName, nameTokens } from '#domain/scheduling/patients/folded-name.ts';
import { matchNames, provesName, rankCandidates } from '#domain/scheduling/patients/matching.ts';
import { splitName } from '#domain/scheduling/patients/split-name.ts';
import { PatientId } from '#domain/ids.ts';
import { anyCharacter } from '../fakes/any-character.ts';
import { patient } from '../fakes/patients.ts';

describe('folding', () => {
  test.each([
    ['accents and capitals', 'INÈS Rivière', 'ines riviere'],
    ['accents typed apart', 'Ine\u0300s', 'ines'],
    ['ligatures', 'Œdipe Æsop Strauß', 'oedipe aesop strauss'],
    ['strokes', 'Søren Łukasz Đorđe', 'soren lukasz dorde'],
    ['letters of West Africa', 'Ɖɔsseh Ɛkue Ŋutɔ Kɔjo', 'dosseh ekue nguto kojo'],
    ['capital sharp s', 'STRAUẞ', 'strauss'],
    ['dotted capital i', 'İnes', 'ines'],
    ['a plain hyphen', 'Jean-Pierre', 'jean pierre'],
    ['a hyphen that does not break', 'Jean\u2011Pierre', 'jean pierre'],
    ['dashes', 'Jean–Pierre—Marie', 'jean pierre marie'],
    ['a minus', 'Jean\u2212Pierre', 'jean pierre'],
    ['a straight apostrophe', "N'Dah", 'n dah'],
    ['a typographic apostrophe', 'N’Dah', 'n dah'],
    ['a letter apostrophe', 'NʼDah', 'n dah'],
    ['a wide apostrophe', 'N＇Dah', 'n dah'],
    ['a backtick', 'N`Dah', 'n dah'],
    ['zero-width characters', 'Ri\u200bviè\u200dre\ufeff', 'riviere'],
    ['a soft hyphen', 'Ri\u00advière', 'riviere'],
    ['marks of direction', '\u202eInès\u202c', 'ines'],
    ['blanks of any kind', ' Inès\u00a0\u202f Rivière\t', 'ines riviere'],
    ['wide letters', 'Ｉｎｅｓ', 'ines'],
  ])('%s', (_, name, folded) => {
    expect(foldName(name)).toBe(folded);
  });

  test('folding twice is folding once, and leaves neither marks nor joined words', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (name) => {
        const folded = foldName(name);
        expect(foldName(folded)).toBe(folded);
        expect(folded).not.toMatch(/[\p{M}\p{Pd}\p{Cf}'’ʼœæßøłđɖɛɔŋ]/u);
      }),
      { numRuns: 2_000 },
    );
  });

  test('the words of a name come without the comma of a register', () => {
    expect(nameTokens('Rivière, Théo J.')).toEqual(['riviere', 'theo', 'j']);
  });
});

describe('matching', () => {
  test.each([
    ['the family name first', 'Rivière Inès', 'Inès Rivière'],
    ['another spelling', 'ines riviere', 'Inès RIVIÈRE'],
    ['a second given name left out', 'Marie Dossou', 'Marie Ange Dossou'],
    ['a second given name said', 'Marie Ange Dossou', 'Marie Dossou'],
    ['a hyphen heard as a blank', 'Jean Pierre N Dah', 'Jean-Pierre N’Dah'],
  ])('%s is the same name', (_, told, stored) => {
    expect(matchNames(told, stored)?.quality).toBe('exact');
    expect(matchNames(stored, told)?.quality).toBe('exact');
  });

  test.each([
    ['one letter too many', 'Inès Rivierre', 'Inès Rivière'],
    ['letters swapped', 'Bastein Corail', 'Bastien Corail'],
  ])('%s is much like it', (_, told, stored) => {
    expect(matchNames(told, stored)?.quality).toBe('alike');
  });

  test.each([
    ['a given name alone', 'Inès', 'Inès Rivière'],
    ['a name said twice', 'Inès Inès', 'Inès Rivière'],
    ['nothing', '', 'Inès Rivière'],
    ['marks alone', '... --', 'Inès Rivière'],
    ['another given name', 'Lila Rivière', 'Théo Rivière'],
    ['one word right and one wrong', 'Inès Lagune', 'Inès Rivière'],
    ['a list of guesses', 'Inès Marie Awa Koffi Jean Paul Rivière Dossou Lagune Corail Lacour', 'Inès Rivière'],
  ])('%s is not', (_, told, stored) => {
    expect(matchNames(told, stored)).toBeUndefined();
  });

  test('two words of one name cannot both be one word of the other', () => {
    expect(matchNames('Rivière Rivierre', 'Rivière Théo')).toBeUndefined();
  });

  test('the order of the words and of the two names never matters', () => {
    const word = fc.constantFrom('inès', 'rivière', 'rivierre', 'théo', 'marie', 'maria', 'ange', 'dossou', 'n’dah');
    const name = fc.array(word, { maxLength: 5 });
    fc.assert(
      fc.property(name, name, (one, other) => {
        const straight = matchNames(one.join(' '), other.join(' '))?.quality === 'exact';
        expect(matchNames(other.toReversed().join('-'), one.toReversed().join(' '))?.quality === 'exact').toBe(
          straight,
        );
      }),
      { numRuns: 1_000 },
    );
  });

  test('a name proves one on record with at most two words that are not on it', () => {
    expect(provesName('Inès Marie Rivière Dossou', 'Inès Rivière')).toBe(true);
    expect(provesName('Inès Marie Ange Rivière Dossou', 'Inès Rivière')).toBe(false);
    expect(provesName('Marie Dossou', 'Marie Ange Awa Thérèse Dossou')).toBe(true);
    expect(provesName('Inès Rivierre', 'Inès Rivière')).toBe(false);
  });

  test('the likeliest comes first: the same words, the clinic’s own record, none missing, the calling number', () => {
    const ids = ['0', '1', '2', '3', '4'].map((digit) =>
      PatientId.parse(`e5cab7b6-1f8c-4c9d-8aab-00000000000${digit}`),
    );
    const [alike, longer, told, other, best] = [
      patient({ patientId: ids[0], givenName: 'Inès', familyName: 'Rivierre' }),
      patient({ patientId: ids[1], givenName: 'Inès Marie', familyName: 'Rivière' }),
      patient({ patientId: ids[2], givenName: 'Inès', familyName: 'Rivière', provisional: true }),
      patient({ patientId: ids[3], givenName: 'Inès', familyName: 'Rivière', phones: ['+12025550188'] }),
      patient({ patientId: ids[4], givenName: 'Inès', familyName: 'Rivière' }),
    ] as const;
    const stranger = patient({ givenName: 'Marc', familyName: 'Lacour' });
    const ranked = rankCandidates('Rivière Inès', [stranger, alike, longer, told, other, best], '+12025550117');
    expect(ranked.map(({ patient: { patientId } }) => patientId)).toEqual([ids[4], ids[3], ids[1], ids[2], ids[0]]);
  });
});

describe('given and family name', () => {
  test.each([
    ['Théo Rivière', 'Théo', 'Rivière'],
    ['Marie Ange Dossou', 'Marie Ange', 'Dossou'],
    ['RIVIÈRE Théo', 'Théo', 'RIVIÈRE'],
    ['Rivière, Théo', 'Théo', 'Rivière'],
    ['Jean de La Fontaine', 'Jean', 'de La Fontaine'],
    ['Marc van der Exemple', 'Marc', 'van der Exemple'],
    ['THÉO RIVIÈRE', 'THÉO', 'RIVIÈRE'],
    ['Mme Inès Rivière', 'Inès', 'Rivière'],
    ['J.P. Lacour', 'J.P.', 'Lacour'],
    ['Théo', 'Théo', ''],
    ['  Théo \u0000\n Ri\u200bvière ', 'Théo', 'Rivière'],
    ['<b>Théo</b> Rivière', '<b>Théo</b>', 'Rivière'],
  ])('%j', (name, givenName, familyName) => {
    expect(splitName(name)).toEqual({ givenName, familyName });
  });

  test('without a letter there is no name', () => {
    expect(splitName('')).toBeUndefined();
    expect(splitName(' … 12, ?')).toBeUndefined();
  });

  test('whatever is said, both fit into a record', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, maxLength: 400 }), (name) => {
        const split = splitName(name);
        if (!split) return;
        expect(split.givenName.length).toBeLessThanOrEqual(80);
        expect(split.familyName.length).toBeLessThanOrEqual(80);
        expect(`${split.givenName}${split.familyName}`.isWellFormed()).toBe(true);
        expect(split.givenName).toMatch(/\p{L}/u);
      }),
      { numRuns: 2_000 },
    );
  });
});
