import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = dirname(dirname(import.meta.dirname));

/**
 * Bundles every function and writes the templates of the stage `local` to `directory`, by running the CDK app itself.
 * @throws Error with what the app complained about
 */
export async function synthesize(directory: string, signal?: AbortSignal): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  await new Promise<void>((resolve, reject) => {
    execFile(
      process.execPath,
      [join(root, 'bin/app.ts')],
      {
        cwd: root,
        signal,
        maxBuffer: 64 * 1024 * 1024,
        env: {
          ...process.env,
          CDK_OUTDIR: directory,
          CDK_CONTEXT_JSON: JSON.stringify({ stage: 'local' }),
          CDK_VALIDATION: 'false',
          CDK_DISABLE_CLI_TELEMETRY: '1',
        },
      },
      (error, _stdout, stderr) => {
        if (error) reject(new Error(`the CDK app failed:\n${stderr.trim() || error.message}`, { cause: error }));
        else resolve();
      },
    );
  });
}
