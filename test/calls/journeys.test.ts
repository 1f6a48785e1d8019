import { jest } from '@jest/globals';
import { agentJourneys } from './agent-journeys.ts';
import { firstCallJourneys } from './first-call-journeys.ts';
import { invitationJourneys } from './invitation-journeys.ts';
import { isolationJourneys } from './isolation-journeys.ts';
import { type LocalSystem, startLocalSystem } from './local-system.ts';
import { outboundJourneys } from './outbound-journeys.ts';
import { startJourneys, stopJourney } from './start-journeys.ts';
import { talkJourneys } from './talk-journeys.ts';
import { voiceJourneys } from './voice-journeys.ts';

/*
 * Journeys through the whole system as the synthesized templates wire it. Starting it takes longer than most of them, so
 * all share one.
 */
let system: LocalSystem;
beforeAll(async () => {
  system = await startLocalSystem();
}, 180_000);
afterAll(() => system.forget(), 30_000);
jest.setTimeout(240_000);

describe('a system that is started', () => startJourneys(() => system));
describe('calls that ring and are told of', () => firstCallJourneys(() => system));
describe('calls that are spoken live, and meanwhile', () =>
  voiceJourneys(
    () => system,
    () => {
      describe('calls that we make, and meanwhile', () =>
        outboundJourneys(
          () => system,
          () => {
            describe('talks in which functions are called', () => talkJourneys(() => system));
            describe('agents of clinics', () => agentJourneys(() => system));
            describe('people who are written to', () => invitationJourneys(() => system));
            describe('two hundred clinics', () => isolationJourneys(() => system));
          },
        ));
    },
  ));
describe('a system that is stopped', () => stopJourney(() => system));
