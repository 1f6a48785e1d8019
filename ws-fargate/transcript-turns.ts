import type { Utterance } from '#adapters/retell/llm-socket.ts';
import type { LiveTalk, OpenTurn } from '#domain/conversations/talk/live-talk.ts';
import { speechWords } from '#domain/conversations/talk/speech/speech-words.ts';
import { languageOf } from '#domain/language.ts';

type Speaker = 'agent' | 'caller';

interface Said {
  speaker: Speaker;
  text: string;
}

interface Place extends Said {
  turn: OpenTurn;
  /** What was sent to be said, of an agent; Retell tells how much of it was heard. */
  sent?: string;
  /** No more of it was sent, because the caller interrupted. */
  isCut?: boolean;
}

/** The turns of a talk as Retell's transcript tells them: what was really heard, by either side. */
export interface TranscriptTurns {
  /**
   * Takes over what is new or different since the last frame; each carries the whole call. With `isSettled` nobody of
   * ours speaks any more: what is not in the transcript was not heard.
   */
  follow(utterances: readonly Utterance[], how: { isSettled: boolean }): void;
  /** An answer begins: what Retell tells from now on may be of it before it is sent whole. */
  begins(): void;
  /**
   * The answer was sent. It stands until Retell tells of it, so that nobody who takes over gives it again. `isCut`: the
   * rest of it will never be.
   */
  sent(text: string, how: { isCut: boolean }): void;
}

/** @param talk its turns so far are of whoever held it before; the first frame goes on from there */
export function followTranscript(talk: Pick<LiveTalk, 'begin' | 'turns' | 'language'>): TranscriptTurns {
  const known = talk.turns().flatMap(({ speaker, text }): Said[] => (speaker === 'tool' ? [] : [{ speaker, text }]));
  /** Turns of this holder, one for each utterance from the beginning on, and what was sent since. */
  const places: Place[] = [];
  let beginning: Beginning | undefined;
  /** What the agent had said before the answer that is on its way, in the place that it may go on with. */
  let before: { place: Place; text: string } | undefined;

  const saidIn = (utterance: Utterance): Said =>
    utterance.by === 'keypad'
      ? { speaker: 'caller', text: speechWords[languageOf(talk.language)].keyed(utterance.text) }
      : { speaker: utterance.by, text: utterance.text.trim() };

  function voidFrom(index: number): void {
    for (const { turn } of places.splice(index)) turn.fill('');
  }

  return {
    follow(utterances, { isSettled }) {
      const said = utterances.map(saidIn).filter(({ text }) => text !== '');
      beginning ??= beginningAfter(known, said);
      const { first, letters } = beginning;
      const ours = said.slice(first);
      if (ours[0] && letters > 0) ours[0] = { ...ours[0], text: ours[0].text.slice(letters).trim() };

      const differs = ours.findIndex(({ speaker }, index) => places[index] && places[index].speaker !== speaker);
      if (differs !== -1) voidFrom(differs);
      const isAwaited = !isSettled && places[ours.length]?.sent !== undefined;
      if (!isAwaited) voidFrom(ours.length);
      ours.forEach(({ speaker, text }, index) => {
        const place = places[index];
        if (!place) {
          const turn = talk.begin(speaker);
          turn.fill(text);
          places.push({ speaker, text, turn });
        } else if (place.text !== text || place.sent !== undefined) {
          place.text = text;
          place.turn.fill(text, place.isCut || isCutOff(text, place.sent) ? { interrupted: true } : {});
        }
      });
    },

    begins() {
      const place = places.at(-1);
      before = place?.speaker === 'agent' ? { place, text: place.sent ?? place.text } : undefined;
    },

    sent(text, { isCut }) {
      const sent = text.trim();
      if (sent === '') return;
      let place = places.at(-1);
      if (place?.speaker !== 'agent') {
        place = { speaker: 'agent', text: '', turn: talk.begin('agent') };
        places.push(place);
      }
      // Retell puts what an agent says without a word of the caller in between into one utterance.
      const standing = before?.place === place ? before.text : '';
      place.text = place.sent = `${standing} ${sent}`.trim();
      place.isCut = isCut;
      place.turn.fill(place.text, isCut ? { interrupted: true } : {});
    },
  };
}

const wordsIn = (text: string): number => text.split(/\s+/).filter(Boolean).length;

const isCutOff = (heard: string, sent: string | undefined): boolean =>
  sent !== undefined && wordsIn(heard) < wordsIn(sent);

/** Where in Retell's transcript a holder's own turns begin, and how many letters of that utterance were kept before. */
interface Beginning {
  first: number;
  letters: number;
}

/**
 * Callers' turns only ever come from transcripts, so they are counted; an agent's may have been kept or not when the
 * former holder ended. The caller may have gone on with an utterance that was kept in part.
 */
function beginningAfter(known: readonly Said[], said: readonly Said[]): Beginning {
  const callerTurns = known.filter(({ speaker }) => speaker === 'caller');
  const lastCaller = known.findLastIndex(({ speaker }) => speaker === 'caller');
  let at = -1;
  for (let left = callerTurns.length; left > 0; left--) {
    const after = said.findIndex(({ speaker }, index) => index > at && speaker === 'caller');
    if (after === -1) return { first: said.length, letters: 0 };
    at = after;
  }
  const kept = callerTurns.at(-1)?.text ?? '';
  const text = said[at]?.text ?? '';
  if (at >= 0 && text.length > kept.length && text.startsWith(kept)) return { first: at, letters: kept.length };
  let first = at + 1;
  for (let left = known.length - 1 - lastCaller; left > 0 && said[first]?.speaker === 'agent'; left--) first++;
  return { first, letters: 0 };
}
