import { dark, grounds, inks } from '#adapters/ses/email-palette.ts';
import { renderEmail } from '#adapters/ses/render-email.ts';
import { unbroken } from '#adapters/ses/unbroken.ts';
import { EmailContent } from '#domain/clinics/settings/email-settings.ts';
import { languages } from '#domain/language.ts';
import { type CallSummary, callSummaryEmail } from '#domain/notifications/call-summary-email.ts';
import type { EmailDocument, EmailSection } from '#domain/notifications/email-document.ts';
import { clinicProfile } from '#test/fakes/clinic.ts';
import { conversation } from '#test/fakes/conversation.ts';
import { aMessage, anAppointment, aPatient } from '#test/fakes/told.ts';

type Call = Parameters<typeof conversation>[0];

function documentOf(
  call: Call = {},
  content: EmailContent = 'full',
  language: 'fr' | 'en' = 'fr',
  degraded = false,
  records: Partial<CallSummary> = {},
) {
  return callSummaryEmail({
    clinic: clinicProfile({
      languages: [language],
      defaultLanguage: language,
      greeting: {},
      email: { content, recipients: [{ address: 'accueil@clinique.example' }] },
    }),
    recipient: { address: 'accueil@clinique.example' },
    conversation: conversation(call),
    appointments: [],
    messages: [],
    identified: [],
    template: 'call-summary',
    degraded,
    consoleUrl: 'https://console.example',
    ...records,
  });
}

const records = {
  appointments: [
    { appointment: anAppointment({ flags: ['provisional-patient'] }), patient: aPatient() },
    { appointment: anAppointment({ status: 'cancelled' }) },
  ],
  messages: [aMessage(), aMessage({ callbackNumber: undefined, urgency: 'today' })],
  identified: [aPatient()],
};

const everyKind: [string, EmailDocument][] = languages.flatMap((language) =>
  EmailContent.options.flatMap((content): [string, EmailDocument][] => [
    [`${language} ${content}`, documentOf({ outcome: 'booked' }, content, language)],
    [`${language} ${content} with records`, documentOf({ outcome: 'booked' }, content, language, false, records)],
    [`${language} ${content} emergency`, documentOf({ outcome: 'emergency' }, content, language)],
    [`${language} ${content} degraded`, documentOf({ analysis: undefined }, content, language, true)],
  ]),
);

interface Painted {
  tag: string;
  attributes: string;
  text: string;
  color?: string;
  ground?: string;
  classes: string[];
}

/** Every piece of text that shows, with the colours it inherits: inline ones, and the classes that dark mode repaints. */
function visibleTexts(html: string): Painted[] {
  const found: Painted[] = [];
  const stack: (Omit<Painted, 'text'> & { shown: boolean })[] = [];
  const body = html.slice(html.indexOf('<body')).replace(/<!--.*?-->/g, '');
  for (const [, closing, tag = '', attributes = '', text = ''] of body.matchAll(/<(\/?)(\w+)([^>]*)>|([^<]+)/g)) {
    const above = stack.at(-1);
    if (text) {
      if (above?.shown && text.trim()) found.push({ ...above, text });
    } else if (closing) stack.pop();
    else if (tag !== 'br') {
      const color = /(?<![-\w])color:(#\w+)/.exec(attributes)?.[1];
      const ground = /background-color:(#\w+)/.exec(attributes)?.[1];
      const own = /class="([^"]*)"/.exec(attributes)?.[1]?.split(' ') ?? [];
      const inherited = above?.classes.filter((name) => !own.some((one) => one.slice(0, 2) === name.slice(0, 2))) ?? [];
      stack.push({
        tag,
        attributes,
        color: color ?? above?.color,
        ground: ground ?? above?.ground,
        classes: [...inherited, ...own],
        shown: (above?.shown ?? true) && !attributes.includes('display:none'),
      });
    }
  }
  return found;
}

function luminance(hex: string): number {
  const channels = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2];
}

function contrast(one = '', other = ''): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

test('the yardstick for contrast measures what the standard says', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

test.each(everyKind)('every word of the %s e-mail can be read, by day and in dark mode', (_, document) => {
  const texts = visibleTexts(renderEmail(document).html);
  expect(texts.length).toBeGreaterThan(8);
  for (const { text, color, ground, classes } of texts) {
    const ink = inks.find((name) => classes.includes(`i-${name}`));
    const under = grounds.find((name) => classes.includes(`g-${name}`));
    const shown = {
      text,
      light: contrast(color, ground),
      dark: contrast(ink && dark.ink[ink], under && dark.ground[under]),
    };
    expect(shown).toEqual({ text, light: expect.any(Number), dark: expect.any(Number) });
    expect(Math.min(shown.light, shown.dark)).toBeGreaterThanOrEqual(4.5);
  }
});

test.each(everyKind)('the %s e-mail stands without a style sheet', (_, document) => {
  const { html } = renderEmail(document);
  expect(html).toMatch(new RegExp(`^<!DOCTYPE html><html [^>]*lang="${document.language}"`));
  expect(html).toContain('<meta name="color-scheme" content="light dark"/>');
  for (const [cell] of html.matchAll(/<td[^>]*>/g)) {
    expect(cell).toMatch(/style="[^"]*(?<![-\w])color:#[^"]*"/);
    expect(cell).toMatch(/style="[^"]*background-color:#[^"]*"/);
  }
  expect(html).not.toMatch(/<img|<script|<link|<iframe|url\(|@import|\bsrc=|background-image/);
  expect([...html.matchAll(/(?:max-)?width:(\d+)px/g)].map(([, px]) => Number(px))).toEqual([600]);
  for (const [, href] of html.matchAll(/href="([^"]*)"/g))
    expect(href).toMatch(/^(https:\/\/console\.example\/|tel:\+\d+$)/);
});

function wordsOf(body: EmailSection['body']): string[] {
  if (body.kind === 'prose') return body.paragraphs;
  if (body.kind === 'turns') return body.turns.map(({ text }) => text);
  return body.entries.flatMap(({ kicker, title, facts, paragraphs }) => [
    ...[kicker, title, ...paragraphs],
    ...facts.flatMap(({ label, value }) => [label, value]),
  ]);
}

test.each(everyKind)('both parts of the %s e-mail tell the same, and nothing that is not there', (_, document) => {
  const { html, text } = renderEmail(document);
  const plain = (value: string) => value.replace(/\u00a0/g, ' ');
  const read = plain(
    visibleTexts(html)
      .map((one) => one.text)
      .join('\n'),
  )
    .replaceAll('&#x27;', "'")
    .replaceAll('&amp;', '&');
  const facts = [
    document.clinicName,
    document.kicker,
    document.title,
    document.subtitle,
    document.button.label,
    ...document.notices.map((one) => one.text),
    ...document.facts.flatMap(({ label, value }) => [label, value]),
    ...document.sections.flatMap(({ heading, body, note }) => [heading, ...(note ? [note] : []), ...wordsOf(body)]),
    ...document.footer.paragraphs,
  ];
  for (const fact of facts) {
    expect(plain(read)).toContain(fact);
    expect(text).toContain(fact);
  }
  for (const part of [html, text]) expect(part).not.toMatch(/undefined|\bNaN\b|\bnull\b|\[object/);
  expect(text).toContain(document.button.href);
});

test('hostile words stay words', () => {
  const hostile = `<script>alert(1)</script> "><a href="javascript:x"> & 'quoted' \u202etxt\u200f`;
  const { html, text } = renderEmail(
    documentOf({
      analysis: { summary: hostile },
      transcript: `User: ${hostile}\nAgent: </td></tr><style>`,
      fromNumber: `sip:<b>@x`,
    }),
  );
  const body = html.slice(html.indexOf('<body'));
  expect(body).not.toMatch(/<script|<style|<b>|href="javascript/i);
  expect(body.match(/<\/td>/g)).toHaveLength(body.match(/<td/g)?.length ?? 0);
  expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &quot;&gt;&lt;a href=');
  expect(text).toContain(`<script>alert(1)</script> "><a href="javascript:x"> & 'quoted' txt`);
  for (const part of [html, text]) expect(part).not.toMatch(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
});

const bytes = (text: string): number => Buffer.byteLength(text, 'utf8');

test.each([
  [
    'a thousand short turns',
    Array.from({ length: 1000 }, (_, i) => `${i % 2 ? 'User' : 'Agent'}: d'accord`).join('\n'),
  ],
  [
    'an hour of talk',
    Array.from({ length: 400 }, (_, i) => `${i % 2 ? 'User' : 'Agent'}: ${'je vous écoute '.repeat(20)}`).join('\n'),
  ],
  ['nothing but quotation marks', `User: ${'"'.repeat(200_000)}`],
  ['nothing but emoji', `User: ${'🦷'.repeat(50_000)}`],
  ['nothing but short lines', `User: ${'a\n'.repeat(50_000)}`],
  ['nothing but numbers', `User: ${'1 2 '.repeat(50_000)}`],
])('%s do not make the e-mail longer than mailboxes show', (_, transcript) => {
  const document = documentOf({ transcript, analysis: { summary: `"&'`.repeat(5_000) } });
  const { html, text } = renderEmail(document);
  expect(bytes(html)).toBeLessThan(100_000);
  expect(bytes(text)).toBeLessThan(100_000);
  for (const part of [unbroken(text, 'fr'), html]) expect(part).toContain('La transcription est abrégée ici');
});

test.each([
  ['quotation marks', '"'.repeat(1_000)],
  ['short lines', 'a\n'.repeat(500)],
])('twenty appointments, messages of nothing but %s and an hour of talk stay below what mailboxes show', (_, text) => {
  const name = '&'.repeat(80);
  const patient = aPatient({ givenName: name, familyName: name });
  const document = documentOf(
    { transcript: `User: ${'"'.repeat(200_000)}`, analysis: { summary: `"&'`.repeat(5_000) } },
    'full',
    'fr',
    false,
    {
      appointments: Array.from({ length: 20 }, () => ({
        appointment: anAppointment({ flags: ['provisional-patient', 'booked-by-other', 'callback'] }),
        patient,
      })),
      messages: Array.from({ length: 20 }, () => aMessage({ text, callerName: name })),
      identified: Array.from({ length: 20 }, (_, index) => ({ ...patient, familyName: `${name.slice(2)}${index}` })),
    },
  );
  const rendered = renderEmail(document);
  expect(bytes(rendered.html)).toBeLessThan(100_000);
  expect(rendered.html).toContain('La transcription est abrégée ici');
});

test('French typography keeps its blanks together in HTML, and the text part has plain ones', () => {
  expect(unbroken('Lundi 5 octobre 2026 à 14 h 30 : « oui » ; non ! 3 min 05 s ?', 'fr')).toBe(
    'Lundi 5~octobre 2026 à 14~h~30~: «~oui~»~; non~! 3~min~05~s~?'.replaceAll('~', '\u00a0'),
  );
  expect(unbroken('01 99 00 56 78, le 1er octobre, 9 h', 'fr')).toBe(
    '01~99~00~56~78, le 1er~octobre, 9~h'.replaceAll('~', '\u00a0'),
  );
  expect(unbroken('at 2:30 PM: (202) 555-0178, 5 min 00 s', 'en')).toBe(
    'at 2:30~PM: (202)~555-0178, 5~min~00~s'.replaceAll('~', '\u00a0'),
  );
  const { html, text } = renderEmail(documentOf());
  expect(html).toContain('13\u00a0h\u00a030');
  expect(text).not.toMatch(/[\u00a0\u202f]/);
});

test('a mailbox’s preview ends before the caller’s number', () => {
  const { html } = renderEmail(documentOf());
  const preview = /<div style="display:none[^>]*>([^<]*)<\/div>/.exec(html)?.[1] ?? '';
  expect(preview.length).toBeGreaterThan(200);
  expect(preview.trim()).toMatch(/^Appel entrant · 5 min 00 s/);
});
