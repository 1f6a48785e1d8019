import type {
  EmailDocument,
  EmailEntry,
  EmailFact,
  EmailLink,
  EmailSection,
} from '#domain/notifications/email-document.ts';

/** The same e-mail for those who read no HTML: same facts, same order. */
export function plainTextEmail(document: EmailDocument): string {
  const colon = document.language === 'fr' ? ' :' : ':';
  const link = ({ label, href }: EmailLink) => `${label}${colon}\n${href}`;
  const turn = ({ speaker, text }: { speaker?: string; text: string }) =>
    speaker ? `${speaker}${colon} ${text}` : text;
  const fact = ({ label, value }: EmailFact) => `${label}${colon} ${value}`;
  const entry = ({ kicker, title, facts, paragraphs }: EmailEntry) =>
    [fact({ label: kicker, value: title }), ...facts.map(fact), ...paragraphs].join('\n');
  const content = (body: EmailSection['body']): string[] => {
    if (body.kind === 'prose') return body.paragraphs;
    return body.kind === 'turns' ? body.turns.map(turn) : body.entries.map(entry);
  };
  const section = ({ heading, label, body, note }: EmailSection) =>
    [
      underlined(label ? `${heading} (${label.charAt(0).toLowerCase()}${label.slice(1)})` : heading),
      ...content(body),
      ...(note ? [note] : []),
    ].join('\n\n');
  const { clinicName, kicker, title, subtitle, notices, facts, sections, button, footer } = document;
  const parts = [
    `${clinicName}\n${kicker}`,
    `${title}\n${subtitle}`,
    ...notices.map(({ text }) => `* ${text}`),
    facts.map(fact).join('\n'),
    ...sections.map(section),
    link(button),
    ['-- ', ...footer.paragraphs, ...(footer.link ? [link(footer.link)] : [])].join('\n'),
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}

const underlined = (heading: string): string => `${heading}\n${'-'.repeat(heading.length)}`;
