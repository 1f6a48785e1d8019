/** Writes docs/master-agent.md: the flow of the master agent, drawn from its data. */
import { readFile, writeFile } from 'node:fs/promises';
import { flowPage } from './flow-page/render-flow-page.ts';

const path = new URL('../docs/master-agent.md', import.meta.url);
const page = flowPage();
const before = await readFile(path, 'utf8').catch(() => '');
if (page !== before) await writeFile(path, page);
