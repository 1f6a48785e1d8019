import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { widgetScript } from '#lambdas/conversations/texting/widget-script.ts';

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path && existsSync(path),
);
if (!executablePath) {
  process.stderr.write(
    'NOT RUN: the chat widget in a browser. Install Chromium, or name one in $CHROMIUM, to run test/…/widget.test.ts.\n',
  );
}

/** The clinic's site on one origin, our API on another; each message is answered with itself. */
async function sites() {
  const asked: { method: string; token: string; body: Record<string, string> }[] = [];
  let fails = 0;
  let isFull = false;
  let mayBegin: Promise<void> | undefined;
  const listen = async (server: Server) => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const api = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    const respond = async () => {
      const headers = {
        'access-control-allow-origin': request.headers.origin ?? '*',
        'access-control-allow-headers': 'authorization, content-type',
      };
      const answer = (status: number, body?: object) => {
        response.writeHead(status, { ...headers, 'content-type': 'application/json' });
        response.end(body && JSON.stringify(body));
      };
      if (request.url === '/api/chat/widget.js') {
        response.writeHead(200, { 'content-type': 'text/javascript' });
        return response.end(widgetScript);
      }
      if (request.method === 'OPTIONS') return answer(204);
      const body = JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, string>;
      const { authorization: token = '' } = request.headers;
      asked.push({ method: request.method ?? '', token, body });
      if (request.method === 'GET') {
        return answer(200, {
          clinic: { name: 'Clinique <b>Exemple</b>' },
          messages: [{ by: 'visitor', text: 'avant' }],
        });
      }
      if (body.text === undefined) {
        await mayBegin;
        if (isFull) return answer(429, { error: { code: 'too-many-chats', message: 'Appelez-nous au 01 23.' } });
        return answer(201, { token: 'a-token', clinic: { name: 'Clinique <b>Exemple</b>' }, reply: 'Bonjour.' });
      }
      if (fails > 0) {
        fails -= 1;
        return answer(500, {});
      }
      answer(200, { reply: `Vous dites : ${body.text}` });
    };
    request.on('end', () => void respond());
  });
  const apiUrl = await listen(api);
  const site = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(
      `<!doctype html><html lang="fr"><title>Clinique</title><style>button{display:none!important}</style><h1>Clinique</h1>` +
        `<script src="${apiUrl}/api/chat/widget.js" data-clinic="clinique-exemple" async></script></html>`,
    );
  });
  // A name of its own: served by http under it, a page has none of what browsers keep for secure ones.
  const siteUrl = (await listen(site)).replace('127.0.0.1', 'clinique.example');
  return {
    asked,
    siteUrl,
    failOnce: () => (fails = 1),
    full: (is: boolean) => (isFull = is),
    /** Chats begin when what it answers is called. */
    beginLate() {
      let begin = () => {};
      mayBegin = new Promise((done) => (begin = done));
      return begin;
    },
    stop: () => [api, site].forEach((server) => (server.closeAllConnections(), server.close())),
  };
}

(executablePath ? describe : describe.skip)('the chat in a browser', () => {
  let browser: Browser;
  let page: Page;
  let world: Awaited<ReturnType<typeof sites>>;
  const complaints: string[] = [];
  const args = ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP clinique.example 127.0.0.1'];
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath!, args });
    world = await sites();
    page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(world.siteUrl);
  });
  afterAll(async () => {
    await browser?.close();
    world?.stop();
  });

  test('is opened, used and closed with the keyboard alone, in the language of the page', async () => {
    const toggle = page.getByRole('button', { name: 'Écrire à la clinique' });
    await toggle.focus();
    await page.keyboard.press('Enter');
    const panel = page.getByRole('dialog');
    await panel.getByText('Bonjour.').waitFor();
    // What the clinic is called is text, whatever it looks like.
    expect(await panel.getByRole('heading').textContent()).toBe('Clinique <b>Exemple</b>');
    await page.keyboard.type('<img src=x onerror=alert(1)>');
    await page.keyboard.press('Enter');
    await panel.getByText('Vous dites : <img src=x onerror=alert(1)>').waitFor();
    expect(await panel.getByLabel('Votre message', { exact: true }).inputValue()).toBe('');
    await page.keyboard.press('Escape');
    expect(await panel.isVisible()).toBe(false);
    expect(await page.getByRole('button', { name: 'Écrire à la clinique' }).getAttribute('aria-expanded')).toBe(
      'false',
    );
  });

  test('what did not go through is sent again as the same message', async () => {
    await page.getByRole('button', { name: 'Écrire à la clinique' }).click();
    world.failOnce();
    await page.keyboard.type('Encore');
    await page.keyboard.press('Enter');
    await page.getByText('Le message n’est pas parti. Essayez encore.').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Vous dites : Encore').waitFor();
    const ids = world.asked.filter(({ body }) => body.text === 'Encore').map(({ body }) => body.messageId);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(world.asked.at(-1)?.token).toBe('Bearer a-token');
  });

  test('a page that is opened again goes on with the same chat, and nothing of it went wrong', async () => {
    await page.reload();
    await page.getByRole('button', { name: 'Écrire à la clinique' }).click();
    await page.getByText('avant').waitFor();
    expect(world.asked.at(-1)).toMatchObject({ method: 'GET', token: 'Bearer a-token' });
    expect(complaints).toEqual([]);
  });

  test('who writes before the greeting has come is in the one chat that was begun', async () => {
    await page.evaluate(() => sessionStorage.clear());
    await page.reload();
    const asked = world.asked.length;
    const begin = world.beginLate();
    await page.getByRole('button', { name: 'Écrire à la clinique' }).click();
    await page.keyboard.type('Vite');
    await page.keyboard.press('Enter');
    await page.getByText('La clinique écrit…').waitFor();
    begin();
    await page.getByText('Vous dites : Vite').waitFor();
    expect(world.asked.slice(asked).map(({ body }) => body.text ?? 'begin')).toEqual(['begin', 'Vite']);
    expect(await page.getByText('Bonjour.').count()).toBe(1);
  });

  test('who may begin none is told what to do instead, keeps the words, and may try again', async () => {
    await page.evaluate(() => sessionStorage.clear());
    await page.reload();
    world.full(true);
    await page.getByRole('button', { name: 'Écrire à la clinique' }).click();
    await page.getByText('Appelez-nous au 01 23.').waitFor();
    const asked = world.asked.length;
    await page.keyboard.type('Quand même');
    await page.keyboard.press('Enter');
    await page.getByText('Appelez-nous au 01 23.').waitFor();
    world.full(false);
    await page.keyboard.press('Enter');
    await page.getByText('Vous dites : Quand même').waitFor();
    expect(world.asked.slice(asked).map(({ body }) => body.text ?? 'begin')).toEqual(['begin', 'begin', 'Quand même']);
  });
});

test('the script parses, and speaks both languages in the same words', () => {
  expect(() => new Function(widgetScript)).not.toThrow();
  const keys = (language: string) => {
    const [, block = ''] = new RegExp(`\\b${language}: \\{([\\s\\S]*?)\\n    \\}`).exec(widgetScript) ?? [];
    return [...block.matchAll(/(\w+): ['‘]/g)].map(([, key]) => key);
  };
  expect(keys('fr')).toEqual(keys('en'));
  expect(keys('fr').length).toBeGreaterThan(8);
});
