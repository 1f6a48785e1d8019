import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { putTrunkLogin } from '#adapters/secrets/trunk-logins.ts';
import { TrunkLogin, TrunkName } from '#domain/onboarding/trunk-login.ts';
import { Misuse, print, printJson, Refused, type SharedOptions } from '../command-line.ts';
import { connect } from '../connect.ts';

export interface TrunkOptions extends SharedOptions {
  user?: string;
}

/**
 * `trunk <name> --user <user>`: by what calls over a SIP trunk are let in. The password comes by standard input, where
 * neither the shell's history nor the list of processes shows it.
 */
export async function trunk(
  [name = '', ...rest]: string[],
  { user: username = '', stage, dir, json }: TrunkOptions,
  input: Readable & { isTTY?: boolean } = process.stdin,
): Promise<number> {
  if (rest.length) throw new Misuse('trunk needs one name');
  const trunkName = TrunkName.safeParse(name);
  if (!trunkName.success) throw new Misuse(`the name of a trunk ${trunkName.error.issues[0]?.message}`);
  if (!username) throw new Misuse('trunk needs the user the carrier gave: --user');
  if (input.isTTY) throw new Misuse('trunk reads the password from standard input: … < password.txt');
  const login = TrunkLogin.safeParse({ username, password: (await text(input)).replace(/\r?\n$/, '') });
  if (!login.success) {
    const [issue] = login.error.issues;
    throw new Refused(`the ${String(issue?.path[0])} of a trunk ${issue?.message}`);
  }
  const system = await connect({ stage, dir });
  try {
    const named = `frontdesk-${system.stage}`;
    await putTrunkLogin({ prefix: `${named}/trunks`, keyArn: `alias/${named}-data` }, trunkName.data, login.data);
  } finally {
    system.close();
  }
  if (json) printJson({ trunk: name });
  else print([`numbers are imported over trunk ${name} as ${username} from now on`]);
  return 0;
}
