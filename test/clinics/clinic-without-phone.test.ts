import { ringVariables } from '#domain/routing/ring-variables.ts';
import { outboundWordsOf } from '#domain/conversations/outbound/outbound-words.ts';
import { textingWordsOf } from '#domain/conversations/texting/words/words.ts';
import { languages } from '#domain/language.ts';
import { patientText } from '#domain/notifications/patient-text.ts';
import { toolWorld } from '../conversations/tools/tool-world.ts';
import { clinicProfile } from '../fakes/clinic.ts';
import { aConversationId } from '../fakes/conversation.ts';

/** One that is joining: nobody calls it yet, and it has not said how patients reach it. */
const joining = { status: 'inactive' as const, numbers: [], phone: undefined };
const clinic = clinicProfile(joining);

describe('of a clinic without a number and without a phone', () => {
  test('the agent is told that it is not known', () => {
    const phones = languages.map((language) => ringVariables(clinic, language, 0).clinic_phone);
    expect(phones).toEqual(['non communiqué', 'not provided']);
  });

  test('a caller hears that it is not known', async () => {
    const world = toolWorld({ clinic: joining });
    expect(await world.run('get_clinic_info', { topic: 'phone' })).toMatchObject({
      code: 'OK',
      say: 'Le numéro de la clinique ne m’a pas été communiqué.',
      data: { phone: '' },
    });
    expect((await world.run('get_clinic_info')).say).toContain('L’adresse est');
  });

  test('whoever writes is left with a message once verification is over', async () => {
    const world = toolWorld({ clinic: joining });
    const conversation = { conversationId: aConversationId, channel: 'sms' as const, acts: [] };
    const guess = (n: number) => ({ patient_name: 'Nour Lagune', date_of_birth: `1958-08-2${n}` });
    for (const n of [2, 3]) await world.run('verify_patient', guess(n), { conversation });
    expect(await world.run('verify_patient', guess(4), { conversation })).toMatchObject({
      code: 'VERIFICATION_LOCKED',
      say: 'Je ne peux pas confirmer votre identité par écrit. Vous pouvez laisser un message à l’équipe.',
    });
  });

  test('a patient is written all but where else to turn', () => {
    const told = { kind: 'booked', startMs: Date.parse('2026-10-06T08:00:00.000Z') } as const;
    expect(patientText(clinic, told, 'fr')).toMatch(/^Clinique Exemple : rendez-vous confirmé le .+ à .+\. ARRET pour/);
    expect(patientText(clinic, told, 'en')).toMatch(/^Clinique Exemple: appointment confirmed for .+\. STOP to/);
  });

  test('no sentence of ours names a number that is not there', () => {
    for (const language of languages) {
      const { tooLong, tryAgain, tooMany } = textingWordsOf(language);
      for (const text of [tooLong(), tryAgain(), tooMany(), outboundWordsOf(language).voicemail('La clinique')]) {
        expect(text).toMatch(/\.$/);
        expect(text).not.toMatch(/undefined|appelez|joindre|call us|reach us/i);
      }
    }
  });
});
