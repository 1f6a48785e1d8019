import Retell, { NotFoundError } from 'retell-sdk';

/** A number to be bought. The reservation is ours and was recorded before: it is bought once, however often this runs. */
export interface NumberOrder {
  reservation: string;
  country: 'US' | 'CA';
  areaCode?: number;
}

/** The numbers of the workspace at Retell. */
export function createRetellNumbers(baseURL: string, key: () => Promise<string>) {
  const connect = async () => new Retell({ apiKey: await key(), baseURL, timeout: 20_000, maxRetries: 2 });

  async function boughtFor(client: Retell, reservation: string): Promise<string | undefined> {
    let page: string | undefined;
    do {
      const { items = [], ...rest } = await client.phoneNumber.list({
        limit: 1_000,
        ...(page && { pagination_key: page }),
      });
      const found = items.find(({ nickname }) => nickname === reservation);
      if (found) return found.phone_number;
      page = rest.has_more ? rest.pagination_key : undefined;
    } while (page);
    return undefined;
  }

  return {
    /**
     * Buys, or finds what an earlier try bought whose answer was lost: the reservation is the number's nickname at
     * Retell. Two of these must not run at once for one reservation. @throws when it is unknown whether it was bought
     */
    async buy({ reservation, country, areaCode }: NumberOrder): Promise<string> {
      const client = await connect();
      const bought = await boughtFor(client, reservation);
      if (bought) return bought;
      const order = { country_code: country, nickname: reservation, ...(areaCode && { area_code: areaCode }) };
      return (await client.phoneNumber.create(order, { maxRetries: 0 })).phone_number;
    },

    /** Rings of the number go to this agent's published version, after asking our webhook whose they are. */
    async bind(number: string, agentId: string, webhookUrl: string): Promise<void> {
      const client = await connect();
      await client.phoneNumber.update(number, {
        inbound_agents: [{ agent_id: agentId, weight: 1, agent_version: 'latest_published' }],
        inbound_webhook_url: webhookUrl,
      });
    },

    /** Gives the number back; one that is gone already is given back. */
    async release(number: string): Promise<void> {
      const client = await connect();
      await client.phoneNumber.delete(number).catch((error: unknown) => {
        if (!(error instanceof NotFoundError)) throw error;
      });
    },
  };
}
