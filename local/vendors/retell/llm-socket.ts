import { WebSocket } from 'ws';
import { frameMs } from '#local/vendors/speech-codec.ts';
import { type LlmReply, readLlmReply } from './llm-frames.ts';

/** Why Retell gave the socket up, in its own words. */
export type SocketLoss =
  | 'error_llm_websocket_open'
  | 'error_llm_websocket_lost_connection'
  | 'error_llm_websocket_runtime'
  | 'error_llm_websocket_corrupt_payload';

export interface LlmSocketWorld {
  /** The address with the call's id as its last segment. */
  url: string;
  /** For `call_details`, asked for at each connection. */
  callDetails(): object;
  onReply(reply: LlmReply): void;
  /** Connected, from 1. A new one knows nothing of the one before. */
  onConnected(time: number, tookMs: number): void;
  onBroken(reason: string): void;
  /** We closed it with 1000, or Retell gave up. */
  onOver(end: 'agent_hangup' | SocketLoss): void;
  onWarning(text: string): void;
  now(): number;
  wait(ms: number): Promise<void>;
  signal: AbortSignal;
}

export interface LlmSocket {
  send(frame: object): void;
  /** Another 20 ms of the call have passed. */
  tick(): void;
  readonly isOpen: boolean;
  /** The call is over: nothing more is sent, and nothing is connected again. */
  close(): void;
}

const openingAttempts = 3;
const openingTimeoutMs = 7_000;
/** Three seconds at Retell; a caller of the stand-in has less to lose. */
const betweenAttemptsMs = 300;
const pingEveryMs = 2_000;
const pongWithinMs = 5_000;
const mostLostConnections = 2;
const mostBreaks = 4;

/** Keeps the socket of a custom LLM as Retell does: opens it, pings it, opens it again when it broke. */
export function keepLlmSocket(world: LlmSocketWorld): LlmSocket {
  const { url, onReply, onConnected, onBroken, onOver, onWarning, now, wait, signal } = world;
  let socket: WebSocket | undefined;
  let times = 0;
  let breaks = 0;
  let losses = 0;
  let isOver = false;
  let wantsReconnect = false;
  /** Milliseconds until the next ping, and since the last pong. */
  let pingInMs = pingEveryMs;
  let unansweredMs = 0;
  let problem = '';
  const complained = new Set<string>();

  const send = (frame: object) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
  };
  function over(end: Parameters<typeof onOver>[0]): void {
    if (isOver) return;
    isOver = true;
    socket?.terminate();
    onOver(end);
  }

  /** @returns the close code, or why it was never open */
  function connect(): Promise<{ opened: boolean; code: number; reason: string }> {
    const startedAt = now();
    const current = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: openingTimeoutMs });
    socket = current;
    let opened = false;
    problem = '';
    wantsReconnect = false;
    unansweredMs = 0;
    return new Promise((resolve) => {
      current.once('unexpected-response', (_request, response) => {
        problem = `refused with ${response.statusCode}`;
        current.terminate();
      });
      current.on('error', (error) => (problem ||= error.message));
      current.once('open', () => {
        opened = true;
        times += 1;
        onConnected(times, Math.round(now() - startedAt));
      });
      current.on('message', (data: Buffer, isBinary) => {
        if (isBinary) {
          current.close(1007);
          return;
        }
        const reply = readLlmReply(data.toString('utf8'));
        if ('problem' in reply) {
          if (!complained.has(reply.problem)) onWarning(`a frame Retell passes over: ${reply.problem}`);
          complained.add(reply.problem);
          return;
        }
        if (reply.response_type === 'ping_pong') unansweredMs = 0;
        else if (reply.response_type === 'config') {
          const { auto_reconnect, call_details } = reply.config;
          if (call_details) send({ interaction_type: 'call_details', call: world.callDetails() });
          wantsReconnect = auto_reconnect === true;
        }
        if (current === socket && !isOver) onReply(reply);
      });
      current.once('close', (code) => resolve({ opened, code, reason: problem }));
    });
  }

  async function keep(): Promise<void> {
    let failures = 0;
    while (!isOver) {
      const { opened, code, reason } = await connect();
      if (isOver || signal.aborted) return;
      if (!opened) {
        failures += 1;
        if (failures >= openingAttempts) return over('error_llm_websocket_open');
        onBroken(reason || `closed with ${code}`);
        await wait(betweenAttemptsMs);
        continue;
      }
      failures = 0;
      if (code === 1000) return over('agent_hangup');
      if (code === 1007) return over('error_llm_websocket_corrupt_payload');
      onBroken(reason || `closed with ${code}`);
      if (reason.startsWith('no pong')) {
        losses += 1;
        if (losses > mostLostConnections) return over('error_llm_websocket_lost_connection');
      } else if (code === 1006) {
        breaks += 1;
        if (breaks > mostBreaks) return over('error_llm_websocket_runtime');
      } else return over(code === 1005 ? 'error_llm_websocket_open' : 'error_llm_websocket_runtime');
      await wait(betweenAttemptsMs);
    }
  }
  keep().catch(() => over('error_llm_websocket_runtime')); // The stand-in stops in the middle of a wait.

  return {
    send,
    tick() {
      if (!wantsReconnect || socket?.readyState !== WebSocket.OPEN) return;
      unansweredMs += frameMs;
      pingInMs -= frameMs;
      if (unansweredMs >= pongWithinMs) {
        problem = 'no pong within 5 s';
        socket.terminate();
      } else if (pingInMs <= 0) {
        pingInMs = pingEveryMs;
        send({ interaction_type: 'ping_pong', timestamp: now() });
      }
    },
    get isOpen() {
      return socket?.readyState === WebSocket.OPEN;
    },
    close() {
      isOver = true;
      socket?.terminate();
    },
  };
}
