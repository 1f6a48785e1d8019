import type { LocalJson } from '#local/local-json.ts';

export interface Offer {
  typeId: string;
  providerId: string;
  operatoryId?: string;
  start: string;
  localStart: string;
  slotToken: string;
}

export interface Appointment {
  id: string;
  patientId: string;
  typeId: string;
  providerId: string;
  operatoryId?: string;
  start: string;
  end: string;
  localStart: string;
  status: string;
  source: string;
  conversationId?: string;
  version: number;
}

/** Every field some answer of the booking API has; which are there follows from what was asked. */
export interface BookingBody {
  offers: Offer[];
  offer: Offer;
  appointment: Appointment;
  appointments: Appointment[];
  patient: { givenName: string; familyName: string; provisional: boolean };
  next: string;
  clinic: { zone: string; providers: { id: string; name: string }[]; types: { id: string; name: string }[] };
  error: { code: string; message: string; offers?: Offer[] };
}

export interface BookingAnswer {
  status: number;
  headers: Headers;
  body: BookingBody;
}

/** A clinic's software, which knows the address of the booking API and the clinic's key. */
export function bookingClient(json: () => LocalJson, slug: string) {
  const key = (): string => json().clinics.find((one) => one.slug === slug)?.apiKey ?? '';

  async function ask(body: object, headers: Record<string, string> = {}): Promise<BookingAnswer> {
    const answer = await fetch(`${json().api}/api/booking`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key()}`, ...headers },
      body: JSON.stringify(body),
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as BookingBody };
  }

  /** What is answered to a request that nothing speaks against. */
  async function done(body: object): Promise<BookingBody> {
    const answer = await ask(body);
    expect([answer.status, answer.body.error]).toEqual([expect.any(Number), undefined]);
    return answer.body;
  }

  /** The ids of a type and a provider, by words of their names. */
  async function named(typeName: string, providerName: string): Promise<{ typeId: string; providerId: string }> {
    const { clinic } = await done({ action: 'clinic' });
    const type = clinic.types.find(({ name }) => name === typeName);
    const provider = clinic.providers.find(({ name }) => name.includes(providerName));
    if (!type || !provider) throw new Error(`${slug} has no ${typeName} with ${providerName}`);
    return { typeId: type.id, providerId: provider.id };
  }

  /** What can be booked on a day. */
  const on = async (date: string, wanted: { typeId: string; providerId: string }): Promise<Offer[]> =>
    (await done({ action: 'availability', ...wanted, from: date, to: date, count: 100 })).offers;

  /** Days from a week ahead on of which nothing is taken, shortened or over, in order. */
  async function wholeDays(wanted: { typeId: string; providerId: string }): Promise<string[]> {
    const from = new Date(Date.now() + 7 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
    const { offers } = await done({ action: 'availability', ...wanted, from, count: 100 });
    const byDay = Map.groupBy(offers, ({ localStart }) => localStart.slice(0, 10));
    const most = Math.max(...[...byDay.values()].map((day) => day.length));
    return [...byDay].filter(([, day]) => day.length === most).map(([date]) => date);
  }

  return { ask, done, named, on, wholeDays };
}
export type BookingClient = ReturnType<typeof bookingClient>;
