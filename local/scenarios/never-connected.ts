import type { Scenario } from './scenario.ts';

export const neverConnected: Scenario = {
  name: 'never-connected',
  summary: 'The clinic’s agent dials a patient and nobody picks up: no call_started, and no e-mail about nothing.',
  clinic: 'clinique-benin',
  direction: 'outbound',
  connects: false,
  patient: '+12025550136',
  disconnectionReason: 'dial_no_answer',
  talks: { fr: { script: [], analysis: { sentiment: 'Unknown', successful: false } } },
  expects: { answer: 'none', email: 'none', timeoutSeconds: 60 },
};
