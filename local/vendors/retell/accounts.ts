import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { openAgents } from './agents.ts';
import { openNumbers } from './numbers.ts';

/** What one key opens at the vendor: agents, the calls they hold, and numbers. */
export interface Account {
  apiKey: string;
  agents: Awaited<ReturnType<typeof openAgents>>;
  numbers: Awaited<ReturnType<typeof openNumbers>>;
}

const Kept = z.array(z.object({ apiKey: z.string() }));

/**
 * The account of the deployment, and those of clinics that have one of their own. An agent, and every call of it, is of
 * exactly one. They outlive a restart.
 */
export async function openAccounts(own: Account, dataDir: string, now: () => number) {
  const path = join(dataDir, 'accounts.json');
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    return '[]';
  });
  const others: Account[] = [];

  async function openAccount(apiKey: string): Promise<Account> {
    const dir = join(dataDir, 'accounts', createHash('sha256').update(apiKey).digest('hex').slice(0, 16));
    await mkdir(dir, { recursive: true });
    const account = { apiKey, agents: await openAgents(dir, now), numbers: await openNumbers(dir, now) };
    others.push(account);
    return account;
  }

  for (const { apiKey } of Kept.parse(JSON.parse(text))) await openAccount(apiKey);

  return {
    /** Makes another account, with one agent that is published, and numbers over a trunk of the clinic's own. */
    async open(agentName: string, ownNumbers: readonly string[]): Promise<{ apiKey: string; agentId: string }> {
      const { apiKey, agents, numbers } = await openAccount(`key_${randomBytes(16).toString('hex')}`);
      const agentId = `agent_${randomBytes(13).toString('hex')}`;
      await agents.stand(agentId, agentName);
      for (const number of ownNumbers) await numbers.stand(number, agentId);
      await writeFile(`${path}.new`, JSON.stringify(others.map((account) => ({ apiKey: account.apiKey }))));
      await rename(`${path}.new`, path);
      return { apiKey, agentId };
    },

    opened: (apiKey: string): Account | undefined => [own, ...others].find((account) => account.apiKey === apiKey),
    /** Of calls whose agent nobody made here, the deployment's. */
    ofAgent: (agentId = ''): Account => others.find(({ agents }) => agents.has(agentId)) ?? own,

    /** Of numbers nobody brought here, the deployment's. */
    ofNumber: (number: string): Account => others.find(({ numbers }) => numbers.has(number)) ?? own,

    async close(): Promise<void> {
      for (const { agents, numbers } of [own, ...others]) await Promise.all([agents.saved(), numbers.close()]);
    },
  };
}
export type Accounts = Awaited<ReturnType<typeof openAccounts>>;
