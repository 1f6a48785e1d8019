import * as z from 'zod';

/** What a SIP trunk is called here, such as `twilio`; several clinics may come over one. */
export const TrunkName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'must be up to 40 small letters, digits and hyphens');
export type TrunkName = z.infer<typeof TrunkName>;

const word = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\x00-\x20\x7f](?:[^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?$/, 'must be one line without spaces around it');

/** The user and password by which whoever places calls over a trunk proves that they may. */
export const TrunkLogin = z.strictObject({ username: word(100), password: word(200) });
export type TrunkLogin = z.infer<typeof TrunkLogin>;

/** Logins of trunks: they lie where secrets are kept and are in no file, order or table. */
export interface TrunkLogins {
  /** Nothing when nobody has put one. */
  of(trunk: TrunkName): Promise<TrunkLogin | undefined>;
}
