import { Code } from 'aws-cdk-lib/aws-lambda';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundleNameOf, type Entry } from './bundle.ts';

/** Code of every function, by its entry. */
export type Bundles = (entry: Entry) => Code;

/** The functions that were bundled into a directory. @throws when code is asked for an entry that is not there. */
export const bundlesIn =
  (directory: string): Bundles =>
  (entry) => {
    const code = join(directory, bundleNameOf(entry));
    if (!existsSync(code)) throw new Error(`${entry} does not exist, so no function can run it.`);
    return Code.fromAsset(code);
  };
