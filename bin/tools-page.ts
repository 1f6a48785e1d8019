import { writeFileSync } from 'node:fs';
import { toolsPage } from './tools-page/render-tools-page.ts';

/** Writes `docs/tools.md` from the definitions of the tools: `npm run docs:tools`. */
const page = new URL('../docs/tools.md', import.meta.url);
writeFileSync(page, toolsPage());
console.log('docs/tools.md is written');
