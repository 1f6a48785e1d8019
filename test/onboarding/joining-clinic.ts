/** A clinic that is to join, as `POST /api/platform/clinics` takes it. */
export const joiningClinic = {
  id: '0f6f1c8e-4d0a-4b6f-9c3e-5a7d2b1e8f90',
  slug: 'harbour-clinic',
  name: 'Harbour Clinic',
  country: 'US',
  zone: 'America/New_York',
  languages: ['en'],
  defaultLanguage: 'en',
  address: '9 Example Wharf, Sampletown',
  emergencyNumbers: ['911'],
  agents: [{ provider: 'retell', id: 'agent_shared0001', kind: 'shared' }],
  providers: [{ id: '3c8b6f52-7d14-4e9a-8f30-2b5c6d7e8f91', givenName: 'Sam', familyName: 'Specimen' }],
  email: { content: 'link_only', recipients: [{ address: 'desk@harbour.example' }] },
  onboarding: { buyNumber: { country: 'US', areaCode: 202 } },
};
