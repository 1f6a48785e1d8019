import { createHash } from 'node:crypto';
import { type Language, languages } from '#domain/language.ts';
import type { HttpAnswer } from '#lambdas/http.ts';

/** One part of a page, in one language. */
export interface PagePart {
  language: Language;
  title: string;
  paragraphs: readonly string[];
  /** Sends the page's own address back to us: the only thing here that does anything. */
  button?: string;
  link?: { label: string; href: string };
}

const style =
  'body{margin:0;padding:2rem 1rem;background:#f4f5f7;color:#1c2430;font:1.125rem/1.5 system-ui,sans-serif}' +
  'main{max-width:34rem;margin:0 auto;padding:1.5rem 2rem 2rem;background:#fff;border:1px solid #c9ced6;border-radius:.5rem}' +
  'main+main{margin-top:1.5rem}h1{margin:.5rem 0 1rem;font-size:1.5rem;line-height:1.25;overflow-wrap:anywhere}' +
  'button,a.go{display:inline-block;margin-top:.5rem;padding:.75rem 1.5rem;border:0;border-radius:.375rem;background:#0b5a6b;' +
  'color:#fff;font:inherit;font-weight:600;text-decoration:none;cursor:pointer}' +
  'button:focus-visible,a:focus-visible{outline:3px solid #b35c00;outline-offset:3px}' +
  '@media(prefers-color-scheme:dark){body{background:#14181f;color:#e8ebf0}main{background:#1f2530;border-color:#454d5a}}';

const styleHash = createHash('sha256').update(style).digest('base64');

/** Nothing is loaded, run or framed; the address, which is a secret, is told to nobody and kept by nobody. */
const headers = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A page of ours without a script, in one language or, where nothing tells which, in all. */
export function linkPage(status: number, parts: readonly PagePart[]): HttpAnswer {
  const [first] = parts;
  const language = first?.language ?? languages[0]!;
  const title = parts.map((part) => part.title).join(' · ');
  const content = `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${style}</style>
${parts.map(partOf).join('\n')}
</html>
`;
  return { status, headers, text: { type: 'text/html; charset=utf-8', content } };
}

const partOf = ({ language, title, paragraphs, button, link }: PagePart): string =>
  [
    `<main lang="${language}">`,
    `<h1>${escaped(title)}</h1>`,
    ...paragraphs.map((text) => `<p>${escaped(text)}</p>`),
    ...(button ? [`<form method="post"><button>${escaped(button)}</button></form>`] : []),
    ...(link ? [`<p><a class="go" rel="noreferrer" href="${escaped(link.href)}">${escaped(link.label)}</a></p>`] : []),
    '</main>',
  ].join('\n');
