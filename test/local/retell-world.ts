import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Retell from 'retell-sdk';
import { type RetellOptions, startRetell } from '#local/vendors/retell/server.ts';
import type { TimelineStep } from '#local/vendors/retell/timeline.ts';
import { type Answer, type Received, startReceivingApi } from './receiving-api.ts';

export const apiKey = 'key_stand_in_test';

export const clinic = {
  id: '5e0c4b5e-9a52-4c63-8f61-0d2f7c1a9b34',
  number: '+12025550142',
  language: 'fr',
  zone: 'Africa/Porto-Novo',
  boundAgentId: 'agent_shared000001',
};

/** As our API answers a ring. */
export const variables = {
  clinic_id: clinic.id,
  clinic_name: 'Clinique du Lac',
  clinic_address: '12 rue des Exemples, Ville-Fictive',
  clinic_phone: clinic.number,
  available_doctors: '1. le docteur Awa Exemple, pédiatrie\n2. le docteur Koffi Modèle',
  business_hours: 'du lundi au vendredi, de 8 heures à 18 heures',
  open_now: 'true' as const,
  today: 'samedi 21 novembre 2026',
  language: 'fr',
  greeting: 'Bonjour, vous êtes bien à Clinique du Lac.',
  call_purpose: 'inbound',
  emergency_numbers: '112 ou 118',
};
export const metadata = { clinic_binding: 'v1.signed-by-us' };

/** Answers every ring with the clinic and every event with 204. */
export const ourApi = ({ event }: Received): Answer =>
  event === 'call_inbound'
    ? { status: 200, body: { call_inbound: { dynamic_variables: variables, metadata } } }
    : { status: 204 };

/** The stand-in with our side played by the test. Waits pass as the test says; by default at once. */
export async function startWorld(answer: (request: Received) => Answer = ourApi, options: Partial<RetellOptions> = {}) {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'retell-')));
  const api = await startReceivingApi(apiKey, answer);
  const start = () => startRetell({ apiKey, apiUrl: api.url, wait: () => Promise.resolve(), ...options, dataDir });
  let retell = await start();
  return {
    api,
    get baseUrl() {
      return retell.baseUrl;
    },
    client: (key = apiKey) => new Retell({ apiKey: key, baseURL: retell.baseUrl, maxRetries: 0 }),
    post: (path: string, body: unknown) =>
      fetch(`${retell.control}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    /** Plays a scenario to its end. */
    async call(scenario: string, callOptions: object = {}, called: object = clinic): Promise<TimelineStep[]> {
      const response = await this.post('/calls', { scenario, clinic: called, options: callOptions });
      if (response.status !== 200) throw new Error(await response.text());
      const lines = (await response.text()).trimEnd().split('\n');
      return lines.map((line) => JSON.parse(line) as TimelineStep);
    },
    async restart() {
      await retell.stop();
      retell = await start();
    },
    stopRetell: () => retell.stop(),
    async stop() {
      await retell.stop();
      await api.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}
export type World = Awaited<ReturnType<typeof startWorld>>;

export const stepNames = (steps: readonly TimelineStep[]): string[] => steps.map(({ step }) => step);

type StepOf<Name extends TimelineStep['step']> = Extract<TimelineStep, { step: Name }>;

export function detailOf<Name extends TimelineStep['step']>(
  steps: readonly TimelineStep[],
  name: Name,
): StepOf<Name>['detail'] {
  const found = steps.find((step): step is StepOf<Name> => step.step === name);
  if (!found) throw new Error(`no step ${name} among ${stepNames(steps).join(', ')}`);
  return found.detail as StepOf<Name>['detail'];
}
