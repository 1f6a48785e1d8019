import { renderEmail } from '#adapters/ses/render-email.ts';
import { languages } from '#domain/language.ts';
import { exampleEmail, exampleNames } from '#local/email-examples.ts';

test.each(languages)('in %s the examples show what a clinic gets, appointments among it', (language) => {
  for (const name of exampleNames) {
    const document = exampleEmail(name, language);
    expect(renderEmail(document).html).toContain('</html>');
    const kinds = document.sections.map(({ body }) => body.kind);
    const told = name !== 'link-only' && name !== 'emergency';
    expect({ name, told: kinds.includes('entries') }).toEqual({ name, told });
  }
});
