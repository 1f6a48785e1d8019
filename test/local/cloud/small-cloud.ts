import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Resource, Stack, Template } from '#local/cloud/assembly.ts';
import { type Endpoint, openEndpoint } from '#local/cloud/endpoint.ts';
import { type Functions, functionsIn, openFunctions } from '#local/cloud/functions.ts';
import { type Cloud, openTemplates } from '#local/cloud/template.ts';

/** A stack with nothing in it but these resources, whose functions lie in `assets`. */
export const stackOf = (template: Template, assets: Record<string, string> = {}, name = 'test'): Stack => ({
  name,
  region: 'eu-west-3',
  template,
  assets: new Map(Object.entries(assets)),
});

/** A function of a few lines of CommonJS. */
export interface SmallFunction {
  code: string;
  timeoutSeconds?: number;
  environment?: Record<string, string>;
}

/** Parts of a cloud around a template of a few lines, in a directory that `close` removes. */
export interface SmallCloud {
  directory: string;
  endpoint: Endpoint;
  cloud: Cloud;
  functions: Functions;
  /** What the AWS SDKs need to find the endpoint. */
  client: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    maxAttempts: 1;
  };
  close(): Promise<void>;
}

/** Opens an endpoint and the functions; what else a test needs it opens itself, and hands its end to `closing`. */
export async function openSmallCloud(
  resources: Record<string, Resource>,
  code: Record<string, SmallFunction> = {},
  closing: (() => unknown)[] = [],
  issuer?: string,
): Promise<SmallCloud> {
  const directory = mkdtempSync(join(tmpdir(), 'frontdesk-cloud-'));
  const assets: Record<string, string> = {};
  const ofFunctions: Record<string, Resource> = {};
  for (const [name, { code: source, timeoutSeconds = 5, environment = {} }] of Object.entries(code)) {
    const asset = join(directory, name);
    mkdirSync(asset);
    writeFileSync(join(asset, 'package.json'), '{"type":"commonjs"}');
    writeFileSync(join(asset, 'index.js'), source);
    assets[`${name}.zip`] = asset;
    ofFunctions[name] = {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: name,
        Code: { S3Key: `${name}.zip` },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Timeout: timeoutSeconds,
        MemorySize: 128,
        Environment: { Variables: environment },
      },
    };
  }
  const endpoint = await openEndpoint();
  const cloud = openTemplates([stackOf({ Resources: { ...ofFunctions, ...resources } }, assets)], {
    region: 'eu-west-3',
    endpoint: endpoint.url,
    api: 'http://127.0.0.1:1',
    issuer,
  });
  const functions = openFunctions(functionsIn(cloud, { AWS_REGION: 'eu-west-3' }), directory);
  return {
    directory,
    endpoint,
    cloud,
    functions,
    client: {
      endpoint: endpoint.url,
      region: 'eu-west-3',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    },
    async close() {
      for (const end of closing.toReversed()) await end();
      await functions.stop();
      await endpoint.stop();
      rmSync(directory, { recursive: true });
    },
  };
}

/** Asks again until the answer satisfies. @throws Error with the last answer after five seconds */
export async function eventually<T>(ask: () => T | Promise<T>, satisfies: (answer: T) => boolean): Promise<T> {
  const until = Date.now() + 5_000;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    if (Date.now() > until) throw new Error(`still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
