import type Retell from 'retell-sdk';
import { NotFoundError } from 'retell-sdk';

/** Publishes a version of an agent; one that is published already stays as it is. */
export async function publishVersion(client: Retell, agentId: string, version: number, title: string): Promise<void> {
  const once = { maxRetries: 0 };
  try {
    await client.agent.publish(agentId, { version, version_title: title }, once);
  } catch (error) {
    // The path was seen under another name; whichever there is, publishing a version twice is publishing it once.
    if (!(error instanceof NotFoundError)) throw error;
    await client.post(`/publish-agent/${encodeURIComponent(agentId)}`, { body: { version }, ...once });
  }
}
