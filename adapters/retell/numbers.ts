import Retell, { APIError, NotFoundError } from 'retell-sdk';
import { isReservation } from '#domain/onboarding/begin.ts';
import { type NumberMarket, NumberNotGiven } from '#domain/onboarding/onboarding.ts';

/** Whether Retell said no: then nothing was done. After a time limit, a lost connection or a fault nobody knows. */
const refusalOf = (error: unknown): number | undefined => {
  const status = error instanceof APIError ? (error.status as number | undefined) : undefined;
  return status !== undefined && status >= 400 && status < 500 && status !== 408 ? status : undefined;
};

/** Too many requests, and a key or an account that an operator is to mend, pass; a request that is wrong stays so. */
const passing = new Set([401, 402, 403, 429]);

/** Its answer tells nothing new: the number is not there any more. */
const gone = (error: unknown): void => {
  if (!(error instanceof NotFoundError)) throw error;
};

/** The number as it stands there, if it does. */
const standing = (client: Retell, number: string) =>
  client.phoneNumber.retrieve(number).catch((error: unknown) => {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  });

/** The numbers of the workspace at Retell. */
export function createRetellNumbers(baseURL: string, key: () => Promise<string>): NumberMarket {
  const connect = async () => new Retell({ apiKey: await key(), baseURL, timeout: 20_000, maxRetries: 2 });

  function notGiven(what: string, error: unknown): unknown {
    const status = refusalOf(error);
    if (status === undefined) return error;
    return new NumberNotGiven(`Retell ${what} (${status})`, { forGood: !passing.has(status), cause: error });
  }

  return {
    async find(reservation) {
      const client = await connect();
      const found: string[] = [];
      let page: string | undefined;
      do {
        const { items = [], ...rest } = await client.phoneNumber.list({
          limit: 1_000,
          ...(page && { pagination_key: page }),
        });
        found.push(...items.filter(({ nickname }) => nickname === reservation).map((item) => item.phone_number));
        page = rest.has_more ? rest.pagination_key : undefined;
      } while (page);
      return found;
    },

    /** The reservation is the number's nickname there, by which a purchase whose answer was lost is found. */
    async buy({ reservation, country, areaCode }) {
      const client = await connect();
      const order = { country_code: country, nickname: reservation, ...(areaCode && { area_code: areaCode }) };
      try {
        return (await client.phoneNumber.create(order, { maxRetries: 0 })).phone_number;
      } catch (error) {
        throw notGiven('sold no number', error);
      }
    },

    async bring({ reservation, number, terminationUri, transport, login }) {
      const client = await connect();
      const there = () => standing(client, number);
      const outcomeOf = ({ nickname }: { nickname?: string | null }) =>
        nickname === reservation ? 'imported' : 'there-already';
      const before = await there();
      if (before) return outcomeOf(before);
      const order = {
        phone_number: number,
        termination_uri: terminationUri,
        transport,
        nickname: reservation,
        ...(login && { sip_trunk_auth_username: login.username, sip_trunk_auth_password: login.password }),
      };
      try {
        await client.phoneNumber.import({ ...order, ignore_e164_validation: false }, { maxRetries: 0 });
        return 'imported';
      } catch (error) {
        // An earlier attempt whose answer was lost may have arrived meanwhile.
        const meanwhile = refusalOf(error) === undefined ? undefined : await there();
        if (meanwhile) return outcomeOf(meanwhile);
        throw notGiven(`did not take ${number}`, error);
      }
    },

    /** Rings of the number go to this agent's published version, after asking our webhook whose they are. */
    async bind(number, agentId, webhookUrl) {
      const client = await connect();
      try {
        await client.phoneNumber.update(number, {
          inbound_agents: [{ agent_id: agentId, weight: 1, agent_version: 'latest_published' }],
          inbound_webhook_url: webhookUrl,
        });
        return 'bound';
      } catch (error) {
        if (error instanceof NotFoundError) return 'not-held';
        throw notGiven(`did not bind ${number}`, error);
      }
    },

    async unbind(number, webhookUrl) {
      const client = await connect();
      const before = await standing(client, number);
      const asks = before?.inbound_webhook_url ?? '';
      if (asks !== webhookUrl && !asks.startsWith(`${webhookUrl}/`)) return;
      if (isReservation(before?.nickname ?? '')) return void (await client.phoneNumber.delete(number).catch(gone));
      await client.phoneNumber.update(number, { inbound_agents: null, inbound_webhook_url: null }).catch(gone);
    },

    async release(number) {
      const client = await connect();
      await client.phoneNumber.delete(number).catch(gone);
    },
  };
}
