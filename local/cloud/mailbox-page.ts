import { xml } from './endpoint.ts';
import type { Mail, MailEntry } from './mail-store.ts';

export const pageSize = 100;

const style = `
  :root { color-scheme: light dark; --ground: #f4f5f3; --sheet: #fff; --ink: #1d2a26; --quiet: #64736d; --line: #dde2df;
    --accent: #0f766e; --chosen: #e3f1ee; --bad: #b42318; }
  @media (prefers-color-scheme: dark) { :root { --ground: #141a18; --sheet: #1c2421; --ink: #e7edea; --quiet: #93a39c;
    --line: #2e3935; --accent: #5ec5b6; --chosen: #21332e; --bad: #ff9b90; } }
  * { box-sizing: border-box; }
  body { margin: 0; height: 100vh; display: flex; flex-direction: column; background: var(--ground); color: var(--ink);
    font: 15px/1.45 system-ui, sans-serif; }
  header { display: flex; gap: .75rem; align-items: baseline; padding: .8rem 1.25rem; border-bottom: 1px solid var(--line); }
  header a { color: inherit; text-decoration: none; font-weight: 650; font-size: 1.05rem; }
  header span { color: var(--quiet); }
  #new { margin-left: auto; color: var(--accent); font-weight: 600; font-size: .9rem; }
  main { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(17rem, 24rem) 1fr; }
  nav { overflow: auto; border-right: 1px solid var(--line); background: var(--sheet); }
  nav ol { list-style: none; margin: 0; padding: 0; }
  nav li a { display: block; padding: .7rem 1.25rem; border-bottom: 1px solid var(--line); color: inherit; text-decoration: none; }
  nav li a:hover, nav li a[aria-current] { background: var(--chosen); }
  nav li a[aria-current] { box-shadow: inset 3px 0 var(--accent); }
  nav .row { display: flex; justify-content: space-between; gap: 1rem; color: var(--quiet); font-size: .85rem; }
  nav .to { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  nav time { white-space: nowrap; }
  nav strong { display: block; font-weight: 600; overflow-wrap: anywhere; }
  .fate { color: var(--bad); font-size: .8rem; font-weight: 600; }
  .more { display: block; padding: .9rem 1.25rem; color: var(--accent); }
  article { display: flex; flex-direction: column; min-width: 0; min-height: 0; padding: 1.25rem; gap: .9rem; }
  article h1 { font-size: 1.25rem; margin: 0; overflow-wrap: anywhere; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .9rem; margin: 0; font-size: .9rem; }
  dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
  .tabs { display: flex; gap: .4rem; }
  .tabs a { padding: .3rem .8rem; border: 1px solid var(--line); border-radius: 999px; color: inherit; text-decoration: none;
    font-size: .9rem; background: var(--sheet); }
  .tabs a[aria-current] { border-color: var(--accent); color: var(--accent); font-weight: 600; }
  iframe, pre { flex: 1; min-height: 22rem; width: 100%; border: 1px solid var(--line); border-radius: 8px; background: #fff; }
  pre { margin: 0; padding: 1.1rem; overflow: auto; white-space: pre-wrap; background: var(--sheet); font: 14px/1.5 ui-monospace, monospace; }
  .empty { margin: auto; max-width: 26rem; padding: 2rem; text-align: center; color: var(--quiet); }
  code { font-family: ui-monospace, monospace; color: var(--ink); }
  @media (max-width: 50rem) { body { height: auto; min-height: 100vh; } main { display: block; } nav { border-right: 0; }
    main.reading nav { display: none; } article { min-height: 85vh; } iframe, pre { min-height: 75vh; } main:not(.reading) article { display: none; } }
`;

/** Offers to look again when a message has come since the page was made. */
const watch = (newest: number): string => `
  const link = document.getElementById('new');
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch('/newest').catch(() => undefined);
    if (answer && Number(await answer.text()) > ${newest}) link.hidden = false;
  }, 2000);
`;

function page(title: string, newest: number, main: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${xml(title)}</title><style>${style}</style></head>
<body><header><a href="/">Mailbox</a><span>Frontdesk on this machine</span><a id="new" href="/" hidden>New mail, show it</a></header>
${main}
<script>${watch(newest)}</script></body></html>`;
}

const time = (epochMs: number, zone = ' UTC'): string => {
  const iso = new Date(epochMs).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)}${zone}</time>`;
};

const fate = (entry: MailEntry): string =>
  entry.fate === 'delivered' ? '' : `<span class="fate">${entry.fate}</span>`;

function list(entries: MailEntry[], chosen: number | undefined, before: string): string {
  const items = entries.toReversed().map(
    (entry) => `<li><a href="/messages/${entry.id}"${entry.id === chosen ? ' aria-current="true"' : ''}>
<span class="row"><span class="to">${xml(entry.recipients)}</span>${time(entry.receivedAt, '')}</span>
<strong>${xml(entry.subject || '(no subject)')}</strong>${fate(entry)}</a></li>`,
  );
  const older =
    entries.length === pageSize ? `<a class="more" href="/?before=${entries[0]?.id}${before}">Older messages</a>` : '';
  return `<nav aria-label="Messages"><ol>${items.join('')}</ol>${older}</nav>`;
}

const newestOf = (entries: MailEntry[]): number => entries.at(-1)?.id ?? 0;

/** The list, newest first. */
export function listPage(entries: MailEntry[], query: { conversation?: string; before?: number }): string {
  const kept = query.conversation ? `&amp;conversation=${encodeURIComponent(query.conversation)}` : '';
  const hint = entries.length
    ? '<p class="empty">Choose a message to read it.</p>'
    : '<p class="empty">No mail yet. Ring a clinic with <code>npm run call -- books-in-french</code> and its e-mail will be here.</p>';
  // Older pages and filters say nothing about what is newest.
  const newest = query.before || query.conversation ? Number.MAX_SAFE_INTEGER : newestOf(entries);
  const main = entries.length
    ? `<main>${list(entries, undefined, kept)}<article>${hint}</article></main>`
    : `<main class="reading"><article style="grid-column: 1 / -1">${hint}</article></main>`;
  return page('Mailbox', newest, main);
}

/** One message beside the list around it. */
export function messagePage(around: MailEntry[], entry: MailEntry, mail: Mail, view: 'html' | 'text'): string {
  const tab = (name: 'html' | 'text', label: string, href: string) =>
    `<a href="${href}"${view === name ? ' aria-current="true"' : ''}>${label}</a>`;
  const body =
    view === 'html'
      ? `<iframe sandbox title="The message as it is seen" src="/messages/${entry.id}/html"></iframe>`
      : `<pre>${xml(mail.text)}</pre>`;
  const conversation = entry.conversation
    ? `<dt>Call</dt><dd><a class="call" style="color: var(--accent)" href="/?conversation=${encodeURIComponent(entry.conversation)}">${xml(entry.conversation)}</a></dd>`
    : '';
  const main = `<main class="reading">${list(around, entry.id, '')}<article>
<h1>${xml(entry.subject || '(no subject)')} ${fate(entry)}</h1>
<dl><dt>From</dt><dd>${xml(mail.headers.from ?? '')}</dd><dt>To</dt><dd>${xml(entry.recipients)}</dd>
<dt>Received</dt><dd>${time(entry.receivedAt)}</dd>${conversation}</dl>
<div class="tabs">${tab('html', 'HTML', `/messages/${entry.id}`)}${tab('text', 'Text', `/messages/${entry.id}/text`)}
<a href="/messages/${entry.id}/source">Source</a></div>
${body}</article></main>`;
  return page(entry.subject || 'Message', Math.max(newestOf(around), entry.id), main);
}

export const notFoundPage = (): string =>
  page(
    'Not found',
    Number.MAX_SAFE_INTEGER,
    '<main class="reading"><article style="grid-column: 1 / -1"><p class="empty">There is no such message.</p></article></main>',
  );
