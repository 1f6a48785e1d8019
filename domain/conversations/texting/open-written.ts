import type { ClinicProfile } from '../../clinics/clinic-store.ts';
import type { E164 } from '../../e164.ts';
import { type ClinicId, type ConversationId, webConversationId, writtenConversationId } from '../../ids.ts';
import { type LanguageTag, nearestTag } from '../../language.ts';
import { addDays } from '../../scheduling/slots/zoned-time.ts';
import { wallClock } from '../../wall-time.ts';
import type { InstructionStore, Instructions, InstructionScope } from '../talk/instructions/instructions.ts';
import type { Talk, TalkStore } from '../talk/talk.ts';
import type { Clock } from '../../clock.ts';

/** Somebody who writes: by a number, or as a visitor of a clinic's site. */
export type Writer =
  | { channel: 'sms' | 'whatsapp'; number: E164; clinicNumber: E164; language?: LanguageTag }
  | { channel: 'web'; visitor: string; network: string; language?: LanguageTag };

/** Binds a conversation to its clinic for ever; answers the clinic it is bound to. */
export type ClaimSession = (conversationId: ConversationId, routedBy: string) => Promise<{ clinicId: string }>;

interface Deps {
  talks: Pick<TalkStore, 'get' | 'open'>;
  instructions: Pick<InstructionStore, 'current'>;
  clock: Clock;
}

/** Conversations of one number on one day; beyond it somebody plays. */
const mostOfADay = 20;

/**
 * Finds the conversation a message belongs to, or opens it: of a number the one of its day that is not over, or of the
 * day before, for midnight ends none; of a visitor their own, which is over once and for all. `over`: nothing more may be
 * written in it.
 */
export function openWritten({ talks, instructions, clock }: Deps) {
  async function open(
    clinic: ClinicProfile,
    writer: Writer,
    conversationId: ConversationId,
    claim: ClaimSession,
  ): Promise<Talk> {
    const { channel } = writer;
    const { clinicId } = await claim(conversationId, channel === 'web' ? 'chat-token' : 'number');
    if (clinicId !== clinic.id) throw new Error('a written conversation is bound to another clinic');
    const texts = await instructions.current(clinic.id, channel);
    return talks.open(clinic.id, {
      clinicId: clinic.id,
      conversationId,
      provider: 'internal',
      channel,
      direction: 'inbound',
      ...(channel === 'web'
        ? { visitorNetwork: writer.network }
        : { fromNumber: writer.number, toNumber: writer.clinicNumber }),
      language: nearestTag(clinic.languages, writer.language) ?? clinic.defaultLanguage,
      agents: 'single',
      instructions: versionsOf(texts),
      openedAtMs: clock.now(),
    });
  }

  /** The conversation of a day that midnight did not end: it is its last. */
  async function stillOpen(clinicId: ClinicId, idOf: (n: number) => ConversationId): Promise<Talk | undefined> {
    for (let n = 1; n <= mostOfADay; n++) {
      const talk = await talks.get(clinicId, idOf(n));
      if (!talk || talk.finishedAtMs === undefined) return talk;
    }
    return undefined;
  }

  return async (
    clinic: ClinicProfile,
    writer: Writer,
    claim: ClaimSession,
  ): Promise<{ outcome: 'open'; talk: Talk } | { outcome: 'over' }> => {
    if (writer.channel === 'web') {
      const conversationId = webConversationId(writer.visitor);
      const talk = (await talks.get(clinic.id, conversationId)) ?? (await open(clinic, writer, conversationId, claim));
      return talk.finishedAtMs === undefined ? { outcome: 'open', talk } : { outcome: 'over' };
    }
    const { channel, number } = writer;
    const idOf = (day: string, n: number) => writtenConversationId(channel, { clinicId: clinic.id, number, day, n });
    const today = wallClock(clock.now(), clinic.zone).date;
    const yesterday = addDays(today, -1);
    for (let n = 1; n <= mostOfADay; n++) {
      const id = idOf(today, n);
      const talk =
        (await talks.get(clinic.id, id)) ??
        (n === 1 ? await stillOpen(clinic.id, (before) => idOf(yesterday, before)) : undefined) ??
        (await open(clinic, writer, id, claim));
      if (talk.finishedAtMs === undefined) return { outcome: 'open', talk };
    }
    return { outcome: 'over' };
  };
}

const versionsOf = (texts: Partial<Record<InstructionScope, Instructions>>): Talk['instructions'] =>
  Object.fromEntries(Object.entries(texts).map(([scope, { version }]) => [scope, version]));
