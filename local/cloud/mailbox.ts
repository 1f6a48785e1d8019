import { createServer, type Server, type ServerResponse } from 'node:http';
import type { MailEntry, MailStore } from './mail-store.ts';
import { listPage, messagePage, notFoundPage, pageSize } from './mailbox-page.ts';

/** No script but ours, nothing from elsewhere, no frame around it. */
const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-src 'self'; frame-ancestors 'self'";
/** A message is shown as a mail client shows it, without script and without fetching anything. */
const messagePolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/**
 * The mailbox as a web page and as JSON. `/messages.json` answers every message, newest last;
 * `?conversation=<id>` and `?limit=<n>` narrow it; `/counts.json` answers how many there are of each conversation.
 * The server does not listen yet.
 */
export function createMailbox(mails: MailStore): Server {
  async function respond(url: URL, response: ServerResponse): Promise<void> {
    const conversation = url.searchParams.get('conversation') ?? undefined;
    const [, messages, id, view] = url.pathname.split('/');
    if (url.pathname === '/messages.json') {
      const limit = Number(url.searchParams.get('limit') ?? -1);
      return writeList(response, mails, mails.list({ conversation, limit: Number.isInteger(limit) ? limit : -1 }));
    }
    if (url.pathname === '/counts.json')
      return write(response, 200, 'application/json', JSON.stringify(mails.counts()));
    if (url.pathname === '/newest') {
      return write(response, 200, 'text/plain', String(mails.list({ limit: 1, withBounced: true })[0]?.id ?? 0));
    }
    if (url.pathname === '/') {
      const before = Number(url.searchParams.get('before')) || undefined;
      const entries = mails.list({ conversation, before, limit: pageSize, withBounced: true });
      return write(response, 200, 'text/html', listPage(entries, { conversation, before }), pagePolicy);
    }
    const entry = messages === 'messages' && id ? mails.find(Number(id)) : undefined;
    if (!entry) return write(response, 404, 'text/html', notFoundPage(), pagePolicy);
    if (view === 'source') return write(response, 200, 'text/plain', await mails.source(entry));
    const mail = await mails.read(entry);
    if (view === 'html') return write(response, 200, 'text/html', mail.html, messagePolicy);
    const around = mails.list({ before: entry.id + pageSize / 2, limit: pageSize, withBounced: true });
    return write(
      response,
      200,
      'text/html',
      messagePage(around, entry, mail, view === 'text' ? 'text' : 'html'),
      pagePolicy,
    );
  }

  return createServer((request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    respond(new URL(request.url ?? '/', 'http://localhost'), response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else write(response, 500, 'text/plain', `The message cannot be read: ${String(error)}`);
    });
  });
}

function write(response: ServerResponse, status: number, type: string, body: string | Buffer, policy?: string): void {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(policy && { 'content-security-policy': policy }),
  });
  response.end(body);
}

/** Writes message after message, so that ten thousand need the memory of one. */
async function writeList(response: ServerResponse, mails: MailStore, entries: MailEntry[]): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  let before = '[';
  for (const entry of entries) {
    if (response.destroyed) return;
    const flowing = response.write(before + JSON.stringify(await mails.read(entry)));
    before = ',\n';
    if (!flowing) await new Promise<void>((resolve) => response.once('drain', resolve).once('close', resolve));
  }
  response.end(entries.length ? ']' : '[]');
}
