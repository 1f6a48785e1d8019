import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
  Condition?: string;
}

export interface Template {
  Parameters?: Record<string, { Type?: string; Default?: unknown }>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Resources?: Record<string, Resource>;
  Outputs?: Record<string, { Value: unknown; Export?: { Name: unknown } }>;
}

/** One stack as the CDK app left it: its template, and the directory or file behind every asset key and image tag in it. */
export interface Stack {
  name: string;
  /** `unknown-region` when the app does not say. */
  region: string;
  template: Template;
  assets: ReadonlyMap<string, string>;
}

interface Manifest {
  artifacts?: Record<
    string,
    {
      type: string;
      environment?: string;
      properties?: { templateFile?: string; stackName?: string; directoryName?: string; file?: string };
    }
  >;
}

interface AssetManifest {
  files?: Record<string, { source: { path: string }; destinations: Record<string, { objectKey: string }> }>;
  /** What would be built into images, and the tags they would get. */
  dockerImages?: Record<string, { source: { directory?: string }; destinations: Record<string, { imageTag: string }> }>;
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

/** Reads every stack of a synthesized CDK app, nested stages included. @throws Error when it is not one. */
export function readAssembly(directory: string): Stack[] {
  const artifacts = Object.entries(readJson<Manifest>(join(directory, 'manifest.json')).artifacts ?? {});
  const stacks: Stack[] = [];
  const assets = new Map<string, string>();
  for (const [id, { type, environment, properties }] of artifacts) {
    if (type === 'cdk:cloud-assembly' && properties?.directoryName) {
      stacks.push(...readAssembly(join(directory, properties.directoryName)));
    } else if (type === 'cdk:asset-manifest' && properties?.file) {
      const { files = {}, dockerImages = {} } = readJson<AssetManifest>(join(directory, properties.file));
      for (const { source, destinations } of Object.values(files)) {
        for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, resolve(directory, source.path));
      }
      for (const { source, destinations } of Object.values(dockerImages)) {
        for (const { imageTag } of Object.values(destinations)) {
          if (source.directory) assets.set(imageTag, resolve(directory, source.directory));
        }
      }
    } else if (type === 'aws:cloudformation:stack' && properties?.templateFile) {
      stacks.push({
        name: properties.stackName ?? id,
        region: environment?.split('/').at(-1) ?? 'unknown-region',
        template: readJson<Template>(join(directory, properties.templateFile)),
        assets,
      });
    }
  }
  return stacks;
}
