import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { renderEmail } from '#adapters/ses/render-email.ts';
import { type Language, languages } from '#domain/language.ts';
import { exampleEmail, type ExampleName, exampleNames } from './email-examples.ts';
import { palettePng } from './palette-png.ts';

/**
 * Photographs every e-mail in every language into `docs/emails`, with the Chromium at `$CHROMIUM` (by default
 * `/usr/bin/chromium`).
 */

interface Picture {
  example: ExampleName;
  language: Language;
  scheme: 'light' | 'dark';
  /** Of the window, in CSS pixels. */
  width: number;
  file: string;
}

const onDesk = (example: ExampleName, language: Language): Picture => ({
  example,
  language,
  scheme: 'light',
  width: 680,
  file: `${example}.${language}.png`,
});

const pictures: Picture[] = [
  ...languages.flatMap((language) => exampleNames.map((example) => onDesk(example, language))),
  { ...onDesk('full', 'fr'), scheme: 'dark', file: 'full.fr.dark.png' },
  { ...onDesk('emergency', 'en'), scheme: 'dark', file: 'emergency.en.dark.png' },
  { ...onDesk('summary', 'fr'), width: 375, file: 'summary.fr.phone.png' },
];

async function photograph(browser: Browser, folder: string, { example, language, scheme, width, file }: Picture) {
  const page = await browser.newPage({
    colorScheme: scheme,
    deviceScaleFactor: 1.5,
    viewport: { width, height: 200 },
    javaScriptEnabled: false,
  });
  await page.setContent(renderEmail(exampleEmail(example, language)).html);
  await writeFile(join(folder, file), palettePng(await page.screenshot({ fullPage: true })));
  await page.close();
  console.log(`docs/emails/${file}`);
}

const folder = join(import.meta.dirname, '../docs/emails');
await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // Letters smoothed in grey: the same picture on every screen, and half the size.
    '--disable-lcd-text',
    '--font-render-hinting=none',
  ],
});
try {
  for (const picture of pictures) await photograph(browser, folder, picture);
} finally {
  await browser.close();
}
