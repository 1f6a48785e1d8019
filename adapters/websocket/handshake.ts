import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a server answers to a key, to show that it meant a WebSocket. */
export const acceptKey = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');

/** Sixteen bytes in base64. */
const keyForm = /^[+/0-9A-Za-z]{22}==$/;

/** The key of a request that asks for a WebSocket as it must, or the status it is refused with. */
export function checkUpgrade({ method, headers }: IncomingMessage): { key: string } | { status: 400 | 405 | 426 } {
  const key = headers['sec-websocket-key'];
  if (method !== 'GET') return { status: 405 };
  if (headers.upgrade?.toLowerCase() !== 'websocket' || !key || !keyForm.test(key)) return { status: 400 };
  if (headers['sec-websocket-version'] !== '13') return { status: 426 };
  return { key };
}

/** Whether a server's 101 is the answer to that key, and promises nothing that was not asked for. */
export const isAcceptedBy = ({ headers }: IncomingMessage, key: string): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket' &&
  headers['sec-websocket-accept'] === acceptKey(key) &&
  headers['sec-websocket-extensions'] === undefined &&
  headers['sec-websocket-protocol'] === undefined;
