import { createHash } from 'node:crypto';

/** A clinic every word of which tells whose it is. */
export interface MarkedClinic {
  /** In all its texts, and in no other clinic's. */
  mark: string;
  id: string;
  slug: string;
  number: string;
  agentId: string;
  providerId: string;
  operatoryId: string;
  typeId: string;
  recipient: string;
  /** As a clinic file. */
  file: Record<string, unknown>;
  patient: { id: string; givenName: string; familyName: string; dob: string; phone: string };
}

/** Six letters after `Qu`, of syllables no other word of ours has. */
const syllables = ['vax', 'zif', 'wok', 'juz', 'xem', 'pyg', 'nyx', 'hep'] as const;
export const markPattern = new RegExp(`qu(?:${syllables.join('|')}){3}`, 'gi');
/** Neighbours differ in every syllable, so that no name is taken for one that was only misheard. */
const markOf = (index: number): string =>
  `Qu${[64, 8, 1].map((place) => syllables[Math.floor((index * 73) / place) % 8] ?? '').join('')}`;

/** The same id for the same name, in the form of a random one. */
function idOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Of each area only a hundred numbers are kept for stories like these. */
const areas = ['201', '212', '303', '312', '404', '415', '503', '602', '702', '713', '813', '919'] as const;
const numberOf = (index: number): string =>
  `+1${areas[Math.floor(index / 100)] ?? ''}5550${String(100 + (index % 100))}`;

const workday = ['08:00-12:00', '14:00-18:00'];

/** So many clinics, at most 500, every text of which holds their own mark. */
export function markedClinics(count: number): MarkedClinic[] {
  return Array.from({ length: count }, (_, index) => {
    const mark = markOf(index);
    const [id, providerId, operatoryId, typeId] = ['clinic', 'provider', 'operatory', 'type'].map((what) =>
      idOf(`${what} ${mark}`),
    ) as [string, string, string, string];
    const isFrench = index % 2 === 0;
    const language = isFrench ? 'fr' : 'en';
    const [slug, number, agentId] = [
      mark.toLowerCase(),
      numberOf(index),
      `agent_${idOf(mark).replaceAll('-', '').slice(0, 26)}`,
    ];
    const recipient = `desk@${slug}.example`;
    const file = {
      id,
      slug,
      name: `Clinic ${mark}`,
      country: 'US',
      zone: 'America/New_York',
      languages: [language],
      defaultLanguage: language,
      address: `1 ${mark} Street, Exampleton, NY 10999`,
      greeting: { [language]: isFrench ? `Vous êtes chez ${mark}.` : `This is ${mark}.` },
      emergencyNumbers: ['911'],
      numbers: [{ number }],
      agents: [{ provider: 'retell', id: agentId, kind: 'dedicated' }],
      providers: [
        { id: providerId, honorific: 'Dr', givenName: 'Ada', familyName: mark, specialties: [`${mark} care`] },
      ],
      hours: Object.fromEntries(
        ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((day) => [day, workday]),
      ),
      operatories: [{ id: operatoryId, name: `Room ${mark}` }],
      appointmentTypes: [
        { id: typeId, names: { [language]: `${mark} visit` }, durationMin: 30, providers: [providerId] },
      ],
      texting: { webChat: {} },
      email: { content: 'full', recipients: [{ address: recipient }] },
    };
    const patient = {
      id: idOf(`patient ${mark}`),
      givenName: 'Noor',
      familyName: mark,
      dob: `19${String(50 + (index % 50))}-03-${String(10 + (index % 19))}`,
      phone: numberOf(600 + index),
    };
    return { mark, id, slug, number, agentId, providerId, operatoryId, typeId, recipient, file, patient };
  });
}

/**
 * Finds what is somebody else's: their marks, ids, numbers and addresses.
 *
 * @returns whose it is and what it was, for each that is not of `own`
 */
export function foreignIn(clinics: readonly MarkedClinic[]): (text: string, own: MarkedClinic) => string[] {
  const owners = new Map<string, MarkedClinic>();
  for (const clinic of clinics) {
    const { mark, id, number, agentId, providerId, operatoryId, typeId, patient } = clinic;
    for (const trace of [mark, id, number, agentId, providerId, operatoryId, typeId, patient.id, patient.phone]) {
      owners.set(trace.toLowerCase(), clinic);
    }
  }
  const traces = new RegExp(
    `${markPattern.source}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\\+1\\d{10}|agent_[0-9a-f]{26}`,
    'gi',
  );
  return (text, own) =>
    [...text.matchAll(traces)].flatMap(([trace]) => {
      const owner = owners.get(trace.toLowerCase());
      return owner && owner !== own ? [`${owner.slug}: ${trace}`] : [];
    });
}
