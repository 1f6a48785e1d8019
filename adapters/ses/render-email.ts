import { Body } from '@react-email/body';
import { Button } from '@react-email/button';
import { Head } from '@react-email/head';
import { Heading } from '@react-email/heading';
import { Html } from '@react-email/html';
import { Text } from '@react-email/text';
import { createElement, type CSSProperties, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { Language } from '#domain/language.ts';
import type {
  EmailDocument,
  EmailEntry,
  EmailFact,
  EmailNotice,
  EmailSection,
  EmailTurn,
} from '#domain/notifications/email-document.ts';
import { darkStyleSheet, groundClass, type Ground, type Ink, inkClass, light, lineClass } from './email-palette.ts';
import { plainTextEmail } from './plain-text-email.ts';
import { unbroken } from './unbroken.ts';

/** An e-mail as it is sent. */
export interface RenderedEmail {
  subject: string;
  html: string;
  text: string;
}

const sans =
  "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Helvetica,Arial,'Liberation Sans',sans-serif";
/** Twelve to the left and right of a card on a telephone, and the card's own margin inside it. */
const outside = '12px';
const inside = '32px';
const corner = '8px';

const hidden: CSSProperties = { display: 'none', overflow: 'hidden', maxHeight: 0, maxWidth: 0, opacity: 0 };
/** Blanks that fill the rest of a mailbox's preview, or the caller's number would show there, on locked screens too. */
const afterPreheader = '\u00a0\u200c'.repeat(120);

/** Both parts of an e-mail: HTML that needs no style sheet to be read, and plain text with the same facts. */
export function renderEmail(document: EmailDocument): RenderedEmail {
  const html = `<!DOCTYPE html>${renderToStaticMarkup(page(document))}`;
  return { subject: document.subject, html, text: plainTextEmail(document) };
}

/** Colours of a piece of text: inline for everybody, by class for dark mode. Every cell with text has both. */
const painted = (ink: Ink, ground: Ground) => ({
  className: `${inkClass(ink)} ${groundClass(ground)}`,
  style: { color: light.ink[ink], backgroundColor: light.ground[ground] },
});

const inked = (ink: Ink) => ({ className: inkClass(ink), style: { color: light.ink[ink] } });

interface Cell {
  ink?: Ink;
  ground?: Ground;
  /** A hairline above. */
  ruled?: boolean;
  width?: string;
  style?: CSSProperties;
}

function cell({ ink = 'text', ground = 'card', ruled = false, width, style }: Cell, ...children: ReactNode[]) {
  const paint = painted(ink, ground);
  return createElement(
    'td',
    {
      className: ruled ? `${paint.className} ${lineClass}` : paint.className,
      width,
      style: {
        ...paint.style,
        ...(ruled && { borderTop: `1px solid ${light.line}` }),
        fontFamily: sans,
        fontSize: '16px',
        lineHeight: '25px',
        textAlign: 'left' as const,
        verticalAlign: 'top',
        wordBreak: 'break-word' as const,
        ...style,
      },
    },
    ...children,
  );
}

const row = (...cells: ReactNode[]) => createElement('tr', null, ...cells);

const table = (style: CSSProperties, ...rows: ReactNode[]) =>
  createElement(
    'table',
    { role: 'presentation', align: 'center', width: '100%', cellPadding: 0, cellSpacing: 0, border: 0, style },
    createElement('tbody', null, ...rows),
  );

const paragraph = (text: ReactNode, style: CSSProperties = {}) =>
  createElement(Text, { style: { fontSize: '16px', lineHeight: '25px', margin: 0, ...style } }, text);

function page(document: EmailDocument) {
  const { language, subject, preheader } = document;
  return createElement(
    Html,
    { lang: language, dir: 'ltr' },
    createElement(
      Head,
      null,
      createElement('meta', { name: 'viewport', content: 'width=device-width,initial-scale=1' }),
      createElement('meta', { name: 'color-scheme', content: 'light dark' }),
      createElement('meta', { name: 'supported-color-schemes', content: 'light dark' }),
      createElement('meta', { name: 'format-detection', content: 'telephone=no,date=no,address=no,email=no,url=no' }),
      createElement('title', null, subject),
      createElement('style', { dangerouslySetInnerHTML: { __html: darkStyleSheet } }),
    ),
    createElement(
      Body,
      { className: groundClass('page'), style: { ...painted('text', 'page').style, margin: 0, padding: 0 } },
      createElement('div', { style: hidden }, `${preheader}${afterPreheader}`),
      table(
        {},
        row(
          cell(
            { ground: 'page', style: { padding: `24px ${outside} 32px` } },
            table(
              { maxWidth: '600px', margin: '0 auto' },
              row(cell({ ground: 'page' }, letter(document), foot(document))),
            ),
          ),
        ),
      ),
    ),
  );
}

/** The card: letterhead, what came of it, facts, what was said, the way to the record. */
function letter(document: EmailDocument) {
  const { language, clinicName, urgent, kicker, title, subtitle, notices, facts, sections, button } = document;
  const accent: Ink = urgent ? 'alarm' : 'accent';
  const small = { fontSize: '14px', lineHeight: '22px' };
  return createElement(
    'table',
    {
      role: 'presentation',
      width: '100%',
      cellPadding: 0,
      cellSpacing: 0,
      border: 0,
      className: `${groundClass('card')} ${lineClass}`,
      style: {
        borderCollapse: 'separate' as const,
        backgroundColor: light.ground.card,
        border: `1px solid ${light.line}`,
        borderRadius: corner,
      },
    },
    createElement(
      'tbody',
      null,
      row(
        cell(
          {
            ink: 'onBand',
            ground: urgent ? 'alarmBand' : 'band',
            style: { padding: `15px ${inside}`, borderRadius: `${corner} ${corner} 0 0`, fontWeight: 600 },
          },
          unbroken(clinicName, language),
        ),
      ),
      row(
        cell(
          { style: { padding: `28px ${inside} 4px` } },
          paragraph(createElement('span', inked(accent), kicker), { ...small, fontWeight: 600 }),
          createElement(
            Heading,
            { as: 'h1', style: { margin: '2px 0 4px', fontSize: '27px', lineHeight: '34px', fontWeight: 600 } },
            title,
          ),
          paragraph(createElement('span', inked('quiet'), unbroken(subtitle, language))),
        ),
      ),
      ...notices.map((one) => notice(one, document)),
      facts.length > 0 &&
        row(
          cell(
            { style: { padding: `20px ${inside} 0` } },
            table({ borderCollapse: 'collapse' }, ...facts.map((one) => fact(one, language))),
          ),
        ),
      ...sections.map((one) => section(one, document)),
      row(
        cell(
          { style: { padding: `28px ${inside} 36px`, borderRadius: `0 0 ${corner} ${corner}` } },
          createElement(
            Button,
            {
              href: button.href,
              className: `${inkClass('onButton')} ${groundClass('button')}`,
              style: {
                color: light.ink.onButton,
                backgroundColor: light.ground.button,
                borderRadius: '6px',
                fontFamily: sans,
                fontSize: '16px',
                fontWeight: 600,
                padding: '13px 24px',
              },
            },
            button.label,
          ),
        ),
      ),
    ),
  );
}

function notice({ tone, text }: EmailNotice, { language }: EmailDocument) {
  const urgent = tone === 'urgent';
  return row(
    cell(
      { style: { padding: `18px ${inside} 0` } },
      table(
        {},
        row(
          cell(
            {
              ink: urgent ? 'alarm' : 'text',
              ground: urgent ? 'alarmPanel' : 'panel',
              style: { padding: '12px 16px', borderRadius: '6px', fontSize: '15px', lineHeight: '23px' },
            },
            urgent ? createElement('strong', null, unbroken(text, language)) : unbroken(text, language),
          ),
        ),
      ),
    ),
  );
}

function fact({ label, value, dial }: EmailFact, language: Language) {
  const text = unbroken(value, language);
  const spacing = { padding: '10px 0', borderBottom: `1px solid ${light.line}` };
  const number = inked('text');
  return row(
    cell({ ink: 'quiet', ruled: true, width: '34%', style: { ...spacing, fontSize: '15px' } }, label),
    cell(
      { ruled: true, style: { ...spacing, paddingLeft: '12px' } },
      dial
        ? createElement(
            'a',
            { href: `tel:${dial}`, className: number.className, style: { ...number.style, textDecoration: 'none' } },
            text,
          )
        : text,
    ),
  );
}

function section({ heading, label, body, note }: EmailSection, { language }: EmailDocument) {
  const quiet = inked('quiet');
  return row(
    cell(
      { style: { padding: `30px ${inside} 0` } },
      createElement(
        Heading,
        { as: 'h2', style: { margin: '0 0 8px', fontSize: '18px', lineHeight: '26px', fontWeight: 600 } },
        heading,
        label &&
          createElement(
            'span',
            { ...quiet, style: { ...quiet.style, fontSize: '14px', fontWeight: 400 } },
            ` \u00a0·\u00a0 ${label}`,
          ),
      ),
      ...contentOf(body, language),
      note &&
        paragraph(createElement('span', quiet, unbroken(note, language)), {
          margin: '12px 0 0',
          fontSize: '14px',
          lineHeight: '22px',
        }),
    ),
  );
}

function contentOf(body: EmailSection['body'], language: Language): ReactNode[] {
  switch (body.kind) {
    case 'prose':
      return body.paragraphs.map((text) => paragraph(unbroken(text, language), { margin: '0 0 10px' }));
    case 'turns':
      return body.turns.map((one) => turn(one, language));
    case 'entries':
      return body.entries.flatMap((one, index) => entry(one, language, index > 0));
  }
}

/** What happened, when, and its facts in the same rows as those of the call. */
function entry({ kicker, title, facts, paragraphs }: EmailEntry, language: Language, follows: boolean): ReactNode[] {
  const small = { fontSize: '14px', lineHeight: '22px' };
  return [
    paragraph(createElement('span', inked('accent'), unbroken(kicker, language)), {
      ...small,
      fontWeight: 600,
      ...(follows && { margin: '22px 0 0' }),
    }),
    paragraph(createElement('strong', null, unbroken(title, language)), { margin: '0 0 8px' }),
    ...(facts.length
      ? [table({ borderCollapse: 'collapse', margin: '0 0 10px' }, ...facts.map((one) => fact(one, language)))]
      : []),
    ...paragraphs.map((text) => paragraph(unbroken(text, language), { margin: '0 0 8px' })),
  ];
}

/** Who spoke, above what was said. Kept lean, for a conversation has hundreds of these. */
function turn({ speaker, ours, text }: EmailTurn, language: Language) {
  const name = inked(ours ? 'accent' : 'quiet');
  const lines = text
    .split('\n')
    .flatMap((line, index) => [...(index ? [createElement('br')] : []), unbroken(line, language)]);
  return createElement(
    'p',
    { style: { margin: '0 0 12px' } },
    speaker &&
      createElement(
        'span',
        { ...name, style: { ...name.style, fontSize: '13px', fontWeight: 600, display: 'block' } },
        speaker,
      ),
    ...lines,
  );
}

/** Below the card: why this came, and where to change that. */
function foot({ language, footer }: EmailDocument) {
  const small = { fontSize: '13px', lineHeight: '20px', margin: '0 0 6px' };
  const link = inked('accent');
  return table(
    {},
    row(
      cell(
        // One more than the card's text for the card's border.
        { ink: 'quiet', ground: 'page', style: { padding: '20px 33px 0', fontSize: '13px', lineHeight: '20px' } },
        ...footer.paragraphs.map((text) => paragraph(unbroken(text, language), small)),
        footer.link &&
          paragraph(
            createElement(
              'a',
              {
                href: footer.link.href,
                className: link.className,
                style: { ...link.style, textDecoration: 'underline' },
              },
              footer.link.label,
            ),
            small,
          ),
      ),
    ),
  );
}
