import type { Clinic } from '#domain/clinics/clinic.ts';

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A page with nothing but the clinic's chat, for clinics without a site of their own, and for a look at it. */
export const chatPage = ({ name, slug, defaultLanguage }: Clinic): string => `<!doctype html>
<html lang="${defaultLanguage}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(name)}</title>
</head>
<body style="margin:0;font-family:system-ui,sans-serif;color:#1b1f24;background-color:#ffffff">
<main style="max-width:40rem;margin:3rem auto;padding:0 1rem"><h1>${escaped(name)}</h1></main>
<script src="/api/chat/widget.js" data-clinic="${slug}" data-open="true"></script>
</body>
</html>
`;
