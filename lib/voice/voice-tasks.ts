import type { Env } from '#ws-fargate/env.ts';
import { ArnFormat, Duration, RemovalPolicy, Size, Stack, Validations } from 'aws-cdk-lib';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import { nameIn } from '../name-in.ts';
import { forUs, type Holder } from '../parts/rights.ts';
import type { EnvironmentOf } from '../parts/task-function.ts';
import type { FrontDoor } from './front-door.ts';
import { type Network, taskPort } from './network.ts';

interface VoiceTasksProps {
  house: House;
  network: Network;
  frontDoor: FrontDoor;
  /** The directory the image is built from. */
  image: string;
  /** What the service parses; who it is told by is Fargate's for the rest. */
  environment: EnvironmentOf<Omit<Env, 'ECS_AGENT_URI' | 'HOST' | 'PORT'>>;
  /** Alarms that take a deploy back while it bakes. */
  rollBackOn: string[];
}

/** The longest Fargate waits between SIGTERM and SIGKILL. */
const stopTimeout = Duration.seconds(120);

/**
 * The tasks that hold live calls. A deploy starts new ones beside the old, gives them every new call at once, and lets the
 * old ones live for as long as a call can last: nothing is handed over because of a deploy.
 */
export class VoiceTasks extends Construct implements Holder {
  /** As it stands in metrics. */
  readonly name = 'voice';
  readonly logGroup: LogGroup;
  readonly service: ecs.FargateService;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: VoiceTasksProps) {
    super(scope, id);
    const { house, network, frontDoor } = props;
    const { settings, operationsKey } = house;
    this.logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/frontdesk/${settings.stage}/voice`,
      retention: settings.logRetentionDays,
      encryptionKey: operationsKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const trusted = () => new ServicePrincipal('ecs-tasks.amazonaws.com').withConditions(forUs(this));
    this.#role = new Role(this, 'Role', { assumedBy: trusted() });
    const cluster = new ecs.Cluster(this, 'Cluster', {
      clusterName: nameIn(settings, 'voice'),
      vpc: network.vpc,
      containerInsightsV2: ecs.ContainerInsights.ENABLED,
    });
    this.#allowProtection(cluster);

    this.service = new ecs.FargateService(this, 'Service', {
      cluster,
      serviceName: nameIn(settings, 'voice'),
      taskDefinition: this.#task(props, trusted()),
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: [network.inside],
      assignPublicIp: false,
      // Moving tasks between zones to even them out would cut calls for nothing.
      availabilityZoneRebalancing: ecs.AvailabilityZoneRebalancing.DISABLED,
      deploymentStrategy: ecs.DeploymentStrategy.BLUE_GREEN,
      // The longest call and five minutes for its end.
      bakeTime: Duration.minutes(settings.voice.maxCallMinutes + 10),
      circuitBreaker: { enable: true, rollback: true },
      deploymentAlarms: {
        alarmNames: props.rollBackOn.map((name) => nameIn(settings, name)),
        behavior: ecs.AlarmBehavior.ROLLBACK_ON_ALARM,
      },
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      healthCheckGracePeriod: Duration.seconds(60),
      propagateTags: ecs.PropagatedTagSource.SERVICE,
    });
    const target = this.service.loadBalancerTarget({
      containerName: 'voice',
      containerPort: taskPort,
      alternateTarget: new ecs.AlternateTarget('Green', {
        alternateTargetGroup: frontDoor.green,
        productionListener: ecs.ListenerRuleConfiguration.applicationListenerRule(frontDoor.sockets),
        role: this.#mover(frontDoor),
      }),
    });
    frontDoor.blue.addTarget(target);
    // A target group nobody listens to takes no tasks.
    this.service.node.addDependency(frontDoor.sockets);
  }

  allow(actions: string[], resources: string[], conditions?: Record<string, Record<string, string | string[]>>): void {
    this.#role.addToPolicy(new PolicyStatement({ actions, resources, conditions }));
  }

  #task(
    { house, image, environment }: VoiceTasksProps,
    trusted: ReturnType<ServicePrincipal['withConditions']>,
  ): ecs.FargateTaskDefinition {
    const { settings } = house;
    const executionRole = new Role(this, 'ExecutionRole', { assumedBy: trusted });
    Validations.of(executionRole).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'ecr:GetAuthorizationToken, with which Fargate fetches the image, knows no resource.',
    });
    const task = new ecs.FargateTaskDefinition(this, 'Task', {
      family: nameIn(settings, 'voice'),
      // Node runs on one core; the second half of a gigabyte is for calls, the first for Node itself.
      cpu: 1024,
      memoryLimitMiB: 2048,
      runtimePlatform: {
        cpuArchitecture: ecs.CpuArchitecture.ARM64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
      taskRole: this.#role,
      executionRole,
    });
    const told: EnvironmentOf<Omit<Env, 'ECS_AGENT_URI'>> = {
      ...environment,
      HOST: '0.0.0.0',
      PORT: String(taskPort),
    };
    const linuxParameters = new ecs.LinuxParameters(this, 'Linux', { initProcessEnabled: true });
    linuxParameters.dropCapabilities(ecs.Capability.ALL);
    task.addContainer('voice', {
      image: ecs.ContainerImage.fromAsset(image, { platform: Platform.LINUX_ARM64, assetName: 'voice' }),
      environment: told,
      portMappings: [{ containerPort: taskPort }],
      readonlyRootFilesystem: true,
      user: '1000:1000',
      stopTimeout,
      linuxParameters,
      logging: ecs.LogDrivers.awsLogs({
        logGroup: this.logGroup,
        streamPrefix: 'voice',
        // A log that cannot be written must not hold up the audio.
        mode: ecs.AwsLogDriverMode.NON_BLOCKING,
        maxBufferSize: Size.mebibytes(8),
      }),
    });
    Validations.of(task).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason: 'The variables are names and addresses; every secret among them is a reference the service looks up.',
    });
    return task;
  }

  /** A task with live calls says so, and is not among those that scaling ends. */
  #allowProtection(cluster: ecs.Cluster): void {
    const tasks = Stack.of(this).formatArn({
      service: 'ecs',
      resource: 'task',
      resourceName: `${cluster.clusterName}/*`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    this.allow(['ecs:GetTaskProtection', 'ecs:UpdateTaskProtection'], [tasks], {
      ArnEquals: { 'ecs:cluster': cluster.clusterArn },
    });
    Validations.of(this.#role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecs:${Stack.of(this).region}:<AWS::AccountId>:task/<${Stack.of(this).getLogicalId(cluster.node.defaultChild as ecs.CfnCluster)}>/*]`,
      reason: 'A task protects itself, and its id is not known before it runs; the cluster has this one service.',
    });
  }

  /** With what ECS moves the new sockets from one target group to the other. */
  #mover({ blue, green, listener, sockets }: FrontDoor): Role {
    const role = new Role(this, 'MoverRole', {
      assumedBy: new ServicePrincipal('ecs.amazonaws.com').withConditions(forUs(this)),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          'elasticloadbalancing:DescribeListeners',
          'elasticloadbalancing:DescribeRules',
          'elasticloadbalancing:DescribeTargetGroups',
          'elasticloadbalancing:DescribeTargetHealth',
        ],
        resources: ['*'],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['elasticloadbalancing:DeregisterTargets', 'elasticloadbalancing:RegisterTargets'],
        resources: [blue.targetGroupArn, green.targetGroupArn],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['elasticloadbalancing:ModifyListener', 'elasticloadbalancing:ModifyRule'],
        resources: [listener.listenerArn, sockets.listenerRuleArn],
      }),
    );
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'The actions that describe load balancers know no resource; those that change one name it.',
    });
    return role;
  }
}
