import { welcomeEmail } from '#domain/notifications/welcome-email.ts';
import { clinicProfile } from '../fakes/clinic.ts';

test.each(['fr', 'en'] as const)(
  'a clinic is welcomed in %s, and its settings are those of this clinic',
  (language) => {
    const clinic = clinicProfile({ languages: ['fr', 'en'], defaultLanguage: language });
    const { language: written, facts, footer, sections } = welcomeEmail(clinic, 'https://console.example/');
    expect(written).toBe(language);
    expect(facts).toMatchObject([{ dial: '+12025550142' }]);
    expect(footer.link?.href).toBe('https://console.example/clinics/clinique-exemple/settings');
    // How much such an e-mail carries is the clinic's choice, and may be a link alone.
    expect(JSON.stringify([footer, sections])).not.toMatch(/summary|résumé|compte rendu/);
  },
);
