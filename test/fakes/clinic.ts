import { Clinic } from '#domain/clinics/clinic.ts';
import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import { recipientIdOf } from '#domain/clinics/recipients/recipient-id.ts';
import type * as z from 'zod';
import { cotonou } from './conversation.ts';

/** A clinic with everything it needs, changed where a test says so. */
export function clinicProfile(changes: Partial<z.input<typeof Clinic>> = {}): ClinicProfile {
  const week = ['08:00-12:30', '15:00-18:30'];
  const clinic = Clinic.parse({
    id: cotonou,
    slug: 'clinique-exemple',
    name: 'Clinique Exemple',
    country: 'BJ',
    zone: 'Africa/Porto-Novo',
    languages: ['fr', 'en'],
    defaultLanguage: 'fr',
    address: '12 rue des Exemples, Cotonou',
    greeting: { fr: 'Que puis-je faire pour vous ?' },
    emergencyNumbers: ['112', '118'],
    numbers: [{ number: '+12025550142' }],
    agents: [{ provider: 'retell', id: 'agent_shared00000001', kind: 'shared' }],
    providers: [
      {
        id: '6d2f1a90-3c4b-4e5f-8a6b-1c2d3e4f5a6b',
        honorific: 'Dr',
        givenName: 'Awa',
        familyName: 'Modèle',
        specialties: ['pédiatrie'],
        displayOrder: 2,
      },
      {
        id: '7e3a2b01-4d5c-4f60-9b7c-2d3e4f5a6b7c',
        honorific: 'Dr',
        givenName: 'Koffi',
        familyName: 'Exemple',
        specialties: ['médecine générale'],
        displayOrder: 1,
      },
    ],
    operatories: [
      { id: '1f0c9a52-7b64-4c1d-9e3a-5a6b7c8d9e01', name: 'Salle 1', displayOrder: 1 },
      { id: '2a1d8b63-6c75-4d2e-8f4b-6b7c8d9e0f12', name: 'Salle 2', capabilities: ['échographie'], displayOrder: 2 },
    ],
    appointmentTypes: [
      {
        id: '3b2e7c74-5d86-4e3f-9a5c-7c8d9e0f1a23',
        names: { fr: 'consultation', en: 'consultation' },
        durationMin: 30,
        displayOrder: 1,
      },
      {
        id: '4c3f6d85-4e97-4f4a-8b6d-8d9e0f1a2b34',
        names: { fr: 'échographie', en: 'ultrasound' },
        durationMin: 20,
        bufferAfterMin: 10,
        capabilities: ['échographie'],
        displayOrder: 2,
      },
    ],
    hours: { monday: week, tuesday: week, wednesday: week, thursday: week, friday: week, saturday: ['09:00-12:00'] },
    email: { content: 'full', recipients: [{ address: 'accueil@clinique.example' }] },
    ...changes,
  });
  return {
    ...clinic,
    version: 1,
    recipients: clinic.email.recipients.map((recipient) => ({
      ...recipient,
      recipientId: recipientIdOf(recipient.address),
    })),
  };
}
