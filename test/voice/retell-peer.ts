import { WebSocket } from 'ws';

/** A frame of ours, as Retell reads it. */
export interface SentFrame {
  response_type: string;
  response_id?: number;
  interrupt_id?: number;
  content?: string;
  content_complete?: boolean;
  end_call?: boolean;
  transfer_number?: string;
  no_interruption_allowed?: boolean;
  timestamp?: number;
  [field: string]: unknown;
}

type Line = [by: 'agent' | 'user', content: string];

/** Retell's end of an LLM socket, moved by a test. */
export interface RetellPeer {
  readonly frames: SentFrame[];
  send(frame: object): void;
  sendText(text: string): void;
  /** The first frame from now on, or before, of which this holds. */
  until(holds: (frame: SentFrame) => boolean): Promise<SentFrame>;
  details(call: object): void;
  request(responseId: number, transcript: Line[], kind?: 'response_required' | 'reminder_required'): void;
  update(transcript: Line[]): void;
  /** A ping and its answer: whatever was sent before has arrived. */
  roundTrip(): Promise<void>;
  /** The whole answer to a request, once it is complete. */
  answered(responseId: number): Promise<string>;
  /** What was said to a request so far. */
  saidTo(responseId: number): string;
  readonly closed: Promise<number>;
  drop(): void;
}

const entries = (lines: Line[]) => lines.map(([role, content]) => ({ role, content, words: [] }));

export const complete =
  (responseId: number) =>
  (frame: SentFrame): boolean =>
    frame.response_type === 'response' && frame.response_id === responseId && frame.content_complete === true;

/** @throws the status, when the socket was refused */
export async function connectPeer(url: string): Promise<RetellPeer> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const frames: SentFrame[] = [];
  let waiting: { holds(frame: SentFrame): boolean; resolve(frame: SentFrame): void }[] = [];
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as SentFrame;
    frames.push(frame);
    waiting = waiting.filter(({ holds, resolve }) => {
      if (!holds(frame)) return true;
      resolve(frame);
      return false;
    });
  });
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.on('error', reject);
    socket.once('unexpected-response', (_request, response) => reject(new Error(`status ${response.statusCode}`)));
  });
  let pings = 0;
  const peer: RetellPeer = {
    frames,
    closed,
    send: (frame) => socket.send(JSON.stringify(frame)),
    sendText: (text) => socket.send(text),
    until(holds) {
      const there = frames.find(holds);
      if (there) return Promise.resolve(there);
      return new Promise((resolve) => waiting.push({ holds, resolve }));
    },
    details: (call) => peer.send({ interaction_type: 'call_details', call }),
    request: (responseId, lines, kind = 'response_required') =>
      peer.send({ interaction_type: kind, response_id: responseId, transcript: entries(lines) }),
    update: (lines) => peer.send({ interaction_type: 'update_only', transcript: entries(lines) }),
    async roundTrip() {
      const timestamp = ++pings;
      peer.send({ interaction_type: 'ping_pong', timestamp });
      await peer.until((frame) => frame.response_type === 'ping_pong' && frame.timestamp === timestamp);
    },
    async answered(responseId) {
      await peer.until(complete(responseId));
      return peer.saidTo(responseId);
    },
    saidTo: (responseId) =>
      frames
        .filter((frame) => frame.response_type === 'response' && frame.response_id === responseId)
        .map(({ content }) => content)
        .join(''),
    drop: () => socket.terminate(),
  };
  return peer;
}
