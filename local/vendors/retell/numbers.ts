import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import * as z from 'zod';
import { readJson, Refusal } from '#local/vendors/control-http.ts';
import { openJournal } from './journal.ts';

const Binding = z.looseObject({ agent_id: z.string(), weight: z.number().min(0).max(1) });
const Bindings = z
  .array(Binding)
  .refine((all) => all.length === 0 || Math.abs(all.reduce((sum, { weight }) => sum + weight, 0) - 1) < 1e-6, {
    message: 'weights must sum to 1',
  });
/** The singular agent fields of older guides are refused, as the vendor refuses them. */
const Fields = z.strictObject({
  inbound_agents: Bindings.nullish(),
  outbound_agents: Bindings.nullish(),
  inbound_webhook_url: z.url().nullish(),
  fallback_number: z.string().nullish(),
  nickname: z.string().nullish(),
});
/** Digits alone after the plus, as the vendor's numbers are their own ids. */
const Dialled = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be E.164 without spaces or dashes');
const Import = Fields.extend({
  phone_number: z.string(),
  termination_uri: z
    .string()
    .regex(/^(?:sips?:)?[a-z0-9][a-z0-9.-]*[a-z0-9](?::\d+)?$/i, 'must be the host of a trunk'),
  sip_trunk_auth_username: z.string().nullish(),
  sip_trunk_auth_password: z.string().nullish(),
  transport: z.enum(['TLS', 'TCP', 'UDP']).nullish(),
  ignore_e164_validation: z.boolean().default(true),
});
const Create = Fields.extend({
  area_code: z.int().min(200).max(999).optional(),
  country_code: z.enum(['US', 'CA']).default('US'),
});
const Trunk = z.looseObject({ termination_uri: z.string() });
const Kept = Fields.extend({
  phone_number: z.string(),
  phone_number_type: z.string(),
  sip_outbound_trunk_config: Trunk.optional(),
  at: z.number(),
});

/** The numbers of the account. Bought ones are fictional: the exchange 555, lines 0100 to 0199. */
export async function openNumbers(dataDir: string, now: () => number) {
  const kept = await openJournal(join(dataDir, 'numbers.jsonl'), Kept, (number) => number.phone_number);
  const shown = (id: string) => {
    const found = kept.get(id);
    if (!found) throw new Refusal(404, 'Phone number not found.');
    const { at, ...number } = found;
    return { ...number, last_modification_timestamp: at };
  };
  function free(areaCode: number): string {
    for (let line = 100; line < 200; line += 1) {
      const number = `+1${areaCode}5550${line}`;
      if (!kept.has(number)) return number;
    }
    throw new Refusal(400, `No numbers are for sale in area ${areaCode}.`);
  }

  /** Answers a request of this side of the API; nothing when it is another one's. @throws Refusal as the vendor refuses */
  async function answer(request: IncomingMessage): Promise<{ status: number; body?: unknown } | undefined> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stand-in');
    const [, method = '', segment = ''] = /^\/((?:v2\/)?[a-z-]+)(?:\/([^/]+))?$/.exec(pathname) ?? [];
    const id = decodeURIComponent(segment);
    switch (`${request.method} ${method}`) {
      case 'POST create-phone-number': {
        const { area_code = 202, country_code, ...fields } = await readJson(request, Create);
        const phone_number = free(country_code === 'CA' ? 416 : area_code);
        await kept.put([{ ...fields, phone_number, phone_number_type: 'retell-twilio', at: now() }]);
        return { status: 201, body: shown(phone_number) };
      }
      case 'POST import-phone-number': {
        const asked = await readJson(request, Import);
        const { phone_number, termination_uri, sip_trunk_auth_username, sip_trunk_auth_password, ...rest } = asked;
        const { transport, ignore_e164_validation, ...fields } = rest;
        if (!ignore_e164_validation && !Dialled.safeParse(phone_number).success) {
          throw new Refusal(400, 'phone_number must be E.164 without spaces or dashes.');
        }
        if (Boolean(sip_trunk_auth_username) !== Boolean(sip_trunk_auth_password)) {
          throw new Refusal(400, 'sip_trunk_auth_username and sip_trunk_auth_password go together.');
        }
        if (kept.has(phone_number)) throw new Refusal(409, 'Phone number already exists.');
        const sip_outbound_trunk_config = {
          termination_uri,
          ...(sip_trunk_auth_username && { auth_username: sip_trunk_auth_username }),
          transport: transport ?? 'TCP',
        };
        const held = { phone_number, phone_number_type: 'custom', sip_outbound_trunk_config, at: now() };
        await kept.put([{ ...fields, ...held }]);
        return { status: 201, body: shown(phone_number) };
      }
      case 'GET get-phone-number':
        return { status: 200, body: shown(id) };
      case 'PATCH update-phone-number': {
        shown(id);
        const change = await readJson(request, Fields);
        await kept.put([{ ...(kept.get(id) as z.infer<typeof Kept>), ...change, at: now() }]);
        return { status: 200, body: shown(id) };
      }
      case 'DELETE delete-phone-number':
        shown(id);
        await kept.remove(id);
        return { status: 204 };
      case 'GET v2/list-phone-numbers': {
        const limit = Number(searchParams.get('limit') ?? 50);
        const ids = kept
          .all()
          .map((number) => number.phone_number)
          .sort();
        const from = ids.indexOf(searchParams.get('pagination_key') ?? '') + 1;
        const page = ids.slice(from, from + limit);
        const more = from + page.length < ids.length;
        return {
          status: 200,
          body: { items: page.map(shown), has_more: more, ...(more && { pagination_key: page.at(-1) }) },
        };
      }
      default:
        return undefined;
    }
  }
  return {
    answer,
    has: kept.has,
    close: kept.close,
    /** Brings a number over a trunk, bound to the agent, unless it is there. */
    async stand(number: string, agentId: string): Promise<void> {
      if (kept.has(number)) return;
      const bound = [{ agent_id: agentId, weight: 1 }];
      await kept.put([
        {
          phone_number: number,
          phone_number_type: 'custom',
          sip_outbound_trunk_config: { termination_uri: 'trunk.carrier.example' },
          inbound_agents: bound,
          outbound_agents: bound,
          at: now(),
        },
      ]);
    },
  };
}
