import { bundleAll } from '#lib/bundle.ts';

/** Bundles what the stages run, for several of them: `node bin/bundle.ts <directory>`, then `cdk deploy -c bundles=<directory>`. */
const [directory] = process.argv.slice(2);
if (directory === undefined) {
  console.error('usage: node bin/bundle.ts <directory>');
  process.exitCode = 2;
} else {
  bundleAll(directory);
}
