import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cloud, type ResolvedResource, TemplateError } from './template.ts';

/** What a service of the templates keeps running. */
export interface ContainerSpec {
  name: string;
  /** The directory its image would be built from, and what the image would start in it. */
  directory: string;
  command: string[];
  environment: Record<string, string>;
  /** How many tasks. */
  desiredCount: number;
  /** Between SIGTERM and SIGKILL. */
  stopTimeoutMs: number;
  health: { path: string; codes: Set<number>; failures: number };
}

interface ContainerDefinition {
  Command?: string[];
  EntryPoint?: string[];
  Environment?: { Name: string; Value: string }[];
  Image: string;
  StopTimeout?: number;
}

interface ServiceProperties {
  DesiredCount?: number;
  LoadBalancers?: { TargetGroupArn?: string }[];
  TaskDefinition: string;
}

interface TargetGroupProperties {
  HealthCheckPath?: string;
  Matcher?: { HttpCode?: string };
  UnhealthyThresholdCount?: number;
}

/** What Fargate waits when a container does not say. */
const usualStopSeconds = 30;

/** The one service of the templates behind a load balancer, if there is one. @throws TemplateError when it is not of a kind reproduced here */
export function containerIn(cloud: Cloud): ContainerSpec | undefined {
  const [service, ...others] = cloud.ofType<ServiceProperties>('AWS::ECS::Service');
  if (!service) return undefined;
  if (others[0]) throw new TemplateError(others[0].where, 'more than one service is not reproduced: there is one port');
  const task = cloud
    .ofType<{ ContainerDefinitions: ContainerDefinition[] }>('AWS::ECS::TaskDefinition')
    .find(({ ref }) => ref === service.properties.TaskDefinition);
  const [container, ...beside] = task?.properties.ContainerDefinitions ?? [];
  if (!task || !container || beside.length > 0) {
    throw new TemplateError(service.where, 'only a task of one container is reproduced');
  }
  const directory = service.stack.assets.get(container.Image.split(':').at(-1) ?? '');
  if (!directory) throw new TemplateError(task.where, 'its image is not an asset of the CDK app');
  return {
    name: service.name.replace(/^frontdesk-[a-z]+-/, ''),
    directory,
    command: commandOf(container, directory, task.where),
    environment: Object.fromEntries((container.Environment ?? []).map(({ Name, Value }) => [Name, String(Value)])),
    desiredCount: service.properties.DesiredCount ?? leastOf(cloud),
    stopTimeoutMs: (container.StopTimeout ?? usualStopSeconds) * 1000,
    health: healthOf(cloud, service),
  };
}

/** A service that leaves its number to scaling begins with the fewest. */
const leastOf = (cloud: Cloud): number =>
  cloud.ofType<{ MinCapacity?: number }>('AWS::ApplicationAutoScaling::ScalableTarget')[0]?.properties.MinCapacity ?? 1;

/** What the image starts: its Dockerfile says so, unless the task does. The image’s Node is the one that runs this. */
function commandOf({ EntryPoint, Command = [] }: ContainerDefinition, directory: string, where: string): string[] {
  const dockerfile = join(directory, 'Dockerfile');
  const written = existsSync(dockerfile) && /^ENTRYPOINT (\[.+\])$/m.exec(readFileSync(dockerfile, 'utf8'))?.[1];
  const [program, ...args] = EntryPoint ?? (written ? (JSON.parse(written) as string[]) : []);
  if (program !== 'node') throw new TemplateError(where, `only a container that starts node is reproduced`);
  return [process.execPath, ...args, ...Command];
}

function healthOf(cloud: Cloud, service: ResolvedResource<ServiceProperties>): ContainerSpec['health'] {
  const group = cloud
    .ofType<TargetGroupProperties>('AWS::ElasticLoadBalancingV2::TargetGroup')
    .find(({ ref }) => service.properties.LoadBalancers?.some(({ TargetGroupArn }) => TargetGroupArn === ref));
  if (!group) throw new TemplateError(service.where, 'only a service behind a load balancer is reproduced');
  const { HealthCheckPath = '/', Matcher, UnhealthyThresholdCount = 2 } = group.properties;
  return {
    path: HealthCheckPath,
    codes: new Set((Matcher?.HttpCode ?? '200').split(',').map(Number)),
    failures: UnhealthyThresholdCount,
  };
}
