import { createListener, bytesPerMs, speak, wordMs } from '../speech-codec.ts';
import type { Remembered } from './brain-history.ts';
import { newId } from './ids.ts';

/** An item of a realtime conversation: how the wire shows it, and what the model knows of it. */
export type Item = { id: string; status: 'in_progress' | 'completed' | 'incomplete' } & (
  | {
      type: 'message';
      role: 'user' | 'assistant' | 'system';
      part: 'input_text' | 'input_audio' | 'output_text' | 'output_audio';
      /** What the model knows of it. */
      text: string;
      /** Of assistant audio: how long it is. */
      audioMs: number;
      /** Truncated audio has no transcript any more. */
      isTruncated?: true;
      /** Nobody spoke for the idle timeout. */
      isIdle?: true;
    }
  | { type: 'function_call'; name: string; callId: string; args: string }
  | { type: 'function_call_output'; callId: string; output: string }
);
export type MessageItem = Extract<Item, { type: 'message' }>;

/** An item as the wire shows it. */
export function onWire(item: Item): object {
  const { id, status } = item;
  const head = { id, object: 'realtime.item', type: item.type, status };
  switch (item.type) {
    case 'message':
      return { ...head, role: item.role, content: contentOf(item) };
    case 'function_call':
      return { ...head, name: item.name, call_id: item.callId, arguments: item.args };
    case 'function_call_output':
      return { ...head, call_id: item.callId, output: item.output };
  }
}

function contentOf({ status, role, part, text, isTruncated }: MessageItem): object[] {
  if (status === 'in_progress') return [];
  if (part === 'input_audio') return [{ type: part, transcript: null }];
  if (part === 'output_audio') return [isTruncated ? { type: part } : { type: part, transcript: text }];
  return [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }];
}

/** A conversation as the model remembers it. A function call that was broken off was none. */
export const historyOf = (items: readonly Item[]): Remembered[] =>
  items.flatMap((item): Remembered[] => {
    if (item.type === 'function_call_output') return [{ kind: 'answered', callId: item.callId, output: item.output }];
    if (item.type === 'function_call') {
      const { callId, name, args, status } = item;
      return status === 'completed' ? [{ kind: 'called', callId, name, args }] : [];
    }
    if (item.role === 'system' || item.isIdle) return [{ kind: 'note', text: item.text }];
    return [{ kind: 'said', by: item.role === 'user' ? 'caller' : 'agent', text: item.text }];
  });

/** What of a text was said within so much audio. */
export function heardOf(text: string, audioMs: number): string {
  const ear = createListener();
  ear.hear(speak(text).subarray(0, Math.floor(audioMs * bytesPerMs)));
  return ear.text();
}

export const userAudio = (id: string, text: string): MessageItem => ({
  id,
  status: 'completed',
  type: 'message',
  role: 'user',
  part: 'input_audio',
  text,
  audioMs: 0,
});

export const assistantMessage = (part: 'output_audio' | 'output_text'): MessageItem => ({
  id: newId('item'),
  status: 'in_progress',
  type: 'message',
  role: 'assistant',
  part,
  text: '',
  audioMs: 0,
});

/** Tokens the vendor would count for so much speech; 1 for each 50 ms. */
export const tokensOfSpeech = (audioMs: number): number => Math.ceil(audioMs / 50);

export const wordsMs = (count: number): number => count * wordMs;
