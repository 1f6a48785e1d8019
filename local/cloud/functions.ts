import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createLambdaPool, type FunctionSpec, type LambdaPool } from './lambda-pool.ts';
import { type Cloud, type ResolvedResource, TemplateError } from './template.ts';

interface FunctionProperties {
  Code: { S3Key?: string };
  Environment?: { Variables?: Record<string, string> };
  Handler?: string;
  MemorySize?: number;
  ReservedConcurrentExecutions?: number;
  Runtime?: string;
  Timeout?: number;
}

/** More copies of one function than cores only cost memory and compile the same code again. */
const mostEnvironments = Math.min(4, Math.max(2, availableParallelism()));

/** Every function of the templates by name. `shared` is what AWS sets beside the function's own environment. */
export function functionsIn(cloud: Cloud, shared: Record<string, string>): FunctionSpec[] {
  return cloud.ofType<FunctionProperties>('AWS::Lambda::Function').map((resource) => {
    const { name, properties, where } = resource;
    const {
      Environment,
      Handler = '',
      MemorySize = 128,
      ReservedConcurrentExecutions,
      Runtime,
      Timeout = 3,
    } = properties;
    if (!Runtime?.startsWith('nodejs')) throw new TemplateError(where, `runtime ${Runtime} is not reproduced here`);
    const [module, exportName] = Handler.split('.');
    if (!module || !exportName) throw new TemplateError(where, `handler ${JSON.stringify(Handler)} is not file.export`);
    return {
      name,
      arn: resource.attribute('Arn') as string,
      file: codeFile(resource, module),
      exportName,
      environment: {
        ...shared,
        ...Environment?.Variables,
        AWS_LAMBDA_FUNCTION_NAME: name,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MemorySize),
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      },
      timeoutMs: Timeout * 1000,
      memoryMb: MemorySize,
      maxConcurrency: Math.min(mostEnvironments, ReservedConcurrentExecutions ?? mostEnvironments),
    };
  });
}

function codeFile({ properties, stack, where }: ResolvedResource<FunctionProperties>, module: string): string {
  const directory = stack.assets.get(properties.Code.S3Key ?? '');
  if (!directory) throw new TemplateError(where, 'its code is not an asset of the CDK app');
  const file = ['js', 'mjs', 'cjs']
    .map((ending) => join(directory, `${module}.${ending}`))
    .find((path) => existsSync(path));
  if (!file) throw new TemplateError(where, `its code has no ${module}.js, .mjs or .cjs`);
  return file;
}

/** The pools of a cloud, found by function name or ARN. */
export interface Functions {
  all: LambdaPool[];
  /** @throws TemplateError when `where` names a function that does not exist */
  find(nameOrArn: string, where: string): LambdaPool;
  stop(): Promise<void>;
}

/** One pool for each function; its lines go to `<logs>/<function>.log`. */
export function openFunctions(specs: FunctionSpec[], logs: string): Functions {
  const byName = new Map(specs.map((spec) => [spec.name, createLambdaPool(spec, join(logs, `${spec.name}.log`))]));
  return {
    all: [...byName.values()],
    find(nameOrArn, where) {
      const name = /:function:([^:/]+)/.exec(nameOrArn)?.[1] ?? nameOrArn;
      const pool = byName.get(name);
      if (!pool) throw new TemplateError(where, `there is no function ${nameOrArn}`);
      return pool;
    },
    async stop() {
      await Promise.all([...byName.values()].map((pool) => pool.stop()));
    },
  };
}
