import type { ClinicProfile } from '#domain/clinics/clinic-store.ts';
import { agreementIn } from '#domain/conversations/recording-agreement.ts';
import type { Alarm, LiveTalk, ToolOutcome } from '#domain/conversations/talk/live-talk.ts';
import type { Consent } from '#domain/conversations/talk/record-consent.ts';
import type { Ending } from '#domain/conversations/talk/talk.ts';
import type { Turn } from '#domain/conversations/talk/turns/turn.ts';
import { tools as agentTools } from '#domain/conversations/tools/registry.ts';
import { clinicProfile } from './clinic.ts';
import { aTalkId } from './talk.ts';

export interface FakeTalk extends LiveTalk {
  /** How it is to end, as put on record, the last word last. */
  readonly endings: Ending[];
  readonly closed: { over: boolean }[];
  readonly consents: Consent[];
  readonly ran: { name: string; args: unknown; callId: string }[];
  /** `speaker: text`, in order; an interrupted turn ends in a dash. */
  said(): string[];
  lose(): void;
}

export interface TalkScript {
  clinic?: ClinicProfile;
  agents?: 'single' | 'two';
  greeting?: string;
  before?: Turn[];
  alarm?: (utterances: string[]) => Alarm | undefined;
  tool?: (name: string) => Promise<ToolOutcome> | ToolOutcome;
  savesEnding?: () => Promise<void>;
  /** Without it the call begins as the test does. */
  openedAtMs?: number;
  unheardNotice?: string;
  /** Who answers now; without it, the clinic's human line. */
  person?: string;
}

/** A talk as the speech engine meets it, without stores and rules. */
export function fakeTalk(script: TalkScript = {}): FakeTalk {
  const clinic = script.clinic ?? clinicProfile();
  const places: { turn?: Turn }[] = (script.before ?? []).map((turn) => ({ turn }));
  const lost = new AbortController();
  const all = () => places.flatMap(({ turn }) => (turn && (turn.tool || turn.text) ? [turn] : []));
  const talk: FakeTalk = {
    clinic,
    conversationId: aTalkId,
    agents: script.agents ?? 'single',
    channel: 'voice',
    openedAtMs: script.openedAtMs ?? Date.parse('2026-10-05T12:30:00.000Z'),
    callerNumber: '+12025550117',
    isResumed: (script.before ?? []).length > 0,
    language: 'fr',
    endings: [],
    closed: [],
    consents: [],
    get unheardNotice() {
      return talk.consents.includes('notice-heard') ? undefined : script.unheardNotice;
    },
    get hasObjected() {
      return talk.consents.includes('objected');
    },
    get agreement() {
      if (clinic.voice.recording !== 'explicit') return undefined;
      return talk.consents.includes('agreed') ? 'given' : agreementIn(all(), undefined);
    },
    consent: async (consent) => void talk.consents.push(consent),
    ran: [],
    turns: all,
    greeting: () => script.greeting ?? 'Clinique Exemple bonjour je suis une machine',
    instructions: (role) => `Vous êtes ${role}.`,
    tools: () => agentTools.slice(0, 2),
    begin(speaker) {
      const place: { turn?: Turn } = {};
      const seq = places.push(place) - 1;
      return {
        seq,
        fill(text, { interrupted } = {}) {
          place.turn = { seq, speaker, text, atMs: 0, ...(interrupted && { interrupted }) };
        },
      };
    },
    hear: async () => script.alarm?.(all().flatMap(({ speaker, text }) => (speaker === 'caller' ? [text] : []))),
    async runTool(name, args, callId) {
      talk.ran.push({ name, args, callId });
      const outcome = (await script.tool?.(name)) ?? { code: 'OK' as const, say: 'C’est fait.', data: {} };
      const { code, say, data } = outcome;
      const tool = { callId, name, args: {}, code, say, data };
      places.push({ turn: { seq: places.length, speaker: 'tool', text: '', atMs: 0, tool } });
      return outcome;
    },
    leaveMessage: async () => undefined,
    personNow: () => script.person ?? clinic.humanLine?.number,
    async end(ending) {
      await script.savesEnding?.();
      talk.endings.push(ending);
    },
    saved: async () => undefined,
    lost: lost.signal,
    close: async (how) => void talk.closed.push(how),
    said: () =>
      all().flatMap(({ speaker, text, interrupted }) =>
        speaker === 'tool' ? [] : [`${speaker}: ${text}${interrupted ? '—' : ''}`],
      ),
    lose: () => lost.abort(),
  };
  return talk;
}
