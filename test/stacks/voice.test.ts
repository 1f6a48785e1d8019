import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Env } from '#ws-fargate/env.ts';
import { synthesize } from './synthesized.ts';

const app = await synthesize('prod');

const properties = (type: string) => app.resources(type).map(({ Properties }) => app.resolve(Properties));
const only = (type: string) => {
  const [one, ...others] = properties(type);
  expect(others).toEqual([]);
  return one;
};
const [loadBalancer] = properties('AWS::ElasticLoadBalancingV2::LoadBalancer');
const attributes = (list: { Key: string; Value: string }[]) =>
  Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
const securityGroup = (description: string) =>
  app.resources('AWS::EC2::SecurityGroup').find(({ Properties }) => Properties.GroupDescription === description);

describe('who may come in', () => {
  test('vendors open sockets over TLS 1.2 or later, and nothing listens without', () => {
    const listener = only('AWS::ElasticLoadBalancingV2::Listener');
    expect(listener).toMatchObject({ Port: 443, Protocol: 'HTTPS', SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06' });
    expect(only('AWS::CertificateManager::Certificate')).toMatchObject({
      DomainName: 'voice.frontdesk.example',
      ValidationMethod: 'DNS',
    });
    const world = securityGroup('Load balancer of the voice service')?.Properties.SecurityGroupIngress;
    expect(world).toEqual([expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 })]);
  });

  test('paths that are not ours end at the load balancer', () => {
    const [answer] = only('AWS::ElasticLoadBalancingV2::Listener').DefaultActions;
    expect(answer).toMatchObject({ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } });
    expect(only('AWS::ElasticLoadBalancingV2::ListenerRule').Conditions[0].PathPatternConfig.Values).toEqual([
      '/llm-websocket/*',
      '/twilio/media',
      '/twilio/media/',
      '/health',
    ]);
  });

  test('tasks have no public address, and hear the load balancer alone', () => {
    const service = only('AWS::ECS::Service');
    const { AssignPublicIp, SecurityGroups, Subnets } = service.NetworkConfiguration.AwsvpcConfiguration;
    expect(AssignPublicIp).toBe('DISABLED');
    const tasks = securityGroup('Tasks of the voice service');
    expect(SecurityGroups).toEqual([`${tasks?.id}.GroupId`]);
    const ingress = only('AWS::EC2::SecurityGroupIngress');
    expect(ingress).toMatchObject({
      GroupId: `${tasks?.id}.GroupId`,
      SourceSecurityGroupId: `${securityGroup('Load balancer of the voice service')?.id}.GroupId`,
      FromPort: 8080,
      ToPort: 8080,
    });
    expect(tasks?.Properties).not.toHaveProperty('SecurityGroupIngress');
    // A route to the internet gateway makes a subnet public.
    const routes = properties('AWS::EC2::Route');
    const associated = properties('AWS::EC2::SubnetRouteTableAssociation');
    const open = routes.filter((route) => route.GatewayId).map((route) => route.RouteTableId);
    const publicSubnets = associated
      .filter(({ RouteTableId }) => open.includes(RouteTableId))
      .map(({ SubnetId }) => SubnetId);
    expect(Subnets).toHaveLength(2);
    expect(Subnets.filter((subnet: string) => publicSubnets.includes(subnet))).toEqual([]);
    expect(loadBalancer.Subnets.toSorted()).toEqual(publicSubnets.toSorted());
  });

  test('LLM sockets are opened from Retell’s published address alone, and known bad requests and floods are refused', () => {
    expect(only('AWS::WAFv2::IPSet').Addresses).toEqual(['100.20.5.228/32']);
    const { Rules, DefaultAction } = only('AWS::WAFv2::WebACL');
    expect(DefaultAction).toEqual({ Allow: {} });
    const [fromRetell, ...others] = Rules;
    const [path, elsewhere] = fromRetell.Statement.AndStatement.Statements;
    expect(fromRetell.Action).toEqual({ Block: {} });
    expect(path.ByteMatchStatement).toMatchObject({
      SearchString: '/llm-websocket/',
      PositionalConstraint: 'STARTS_WITH',
    });
    expect(elsewhere.NotStatement.Statement.IPSetReferenceStatement.Arn).toMatch(/^FrontDoorFirewallRetell/);
    const groups = others.flatMap(({ Statement }: { Statement: { ManagedRuleGroupStatement?: { Name: string } } }) =>
      Statement.ManagedRuleGroupStatement ? Statement.ManagedRuleGroupStatement.Name : [],
    );
    expect(groups).toEqual(['AWSManagedRulesAmazonIpReputationList', 'AWSManagedRulesCommonRuleSet']);
    const rate = others.at(-1).Statement.RateBasedStatement;
    // Every call the service can hold may come from one address of Twilio, and again when all break at once.
    expect(rate.Limit).toBe(2 * 20 * 200);
    // All calls of Retell come from one address.
    expect(rate.ScopeDownStatement.NotStatement.Statement).toEqual(
      path && { ByteMatchStatement: path.ByteMatchStatement },
    );
    expect(only('AWS::WAFv2::WebACLAssociation').ResourceArn).toMatch(/^FrontDoorLoadBalancer/);
  });

  test('no log keeps the path of a socket, in which a clinic’s key stands', () => {
    expect(attributes(loadBalancer.LoadBalancerAttributes)).not.toHaveProperty('access_logs.s3.enabled', 'true');
    expect(only('AWS::WAFv2::LoggingConfiguration').RedactedFields).toEqual([{ UriPath: {} }, { QueryString: {} }]);
    const acl = only('AWS::WAFv2::WebACL');
    for (const { VisibilityConfig } of [acl, ...acl.Rules]) expect(VisibilityConfig.SampledRequestsEnabled).toBe(false);
  });

  test('tables and buckets are reached without leaving the network of AWS', () => {
    const endpoints = properties('AWS::EC2::VPCEndpoint').map(({ ServiceName, VpcEndpointType }) => [
      ServiceName.split('.').at(-1),
      VpcEndpointType,
    ]);
    expect(endpoints.toSorted()).toEqual([
      ['dynamodb', 'Gateway'],
      ['s3', 'Gateway'],
    ]);
  });
});

describe('a call is not cut', () => {
  const service = () => only('AWS::ECS::Service');
  const container = () => only('AWS::ECS::TaskDefinition').ContainerDefinitions[0];
  const told = (): Record<string, string> =>
    Object.fromEntries(container().Environment.map(({ Name, Value }: Record<string, string>) => [Name, Value]));
  const longestCallSeconds = () => Number(told().MAX_CALL_MINUTES) * 60;

  test('by a deploy: new calls go to new tasks at once, and old tasks stay for longer than the longest call', () => {
    const { DeploymentConfiguration, LoadBalancers } = service();
    expect(DeploymentConfiguration).toMatchObject({
      Strategy: 'BLUE_GREEN',
      BakeTimeInMinutes: 65,
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      Alarms: { Enable: true, Rollback: true },
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
    });
    expect(DeploymentConfiguration.BakeTimeInMinutes * 60).toBeGreaterThan(longestCallSeconds());
    const [blue, green] = app.resources('AWS::ElasticLoadBalancingV2::TargetGroup').map(({ id }) => id);
    expect(LoadBalancers).toEqual([
      expect.objectContaining({
        TargetGroupArn: blue,
        AdvancedConfiguration: expect.objectContaining({ AlternateTargetGroupArn: green }),
      }),
    ]);
  });

  test('by an alarm that takes a deploy back but does not exist', () => {
    const alarms = properties('AWS::CloudWatch::Alarm').map(({ AlarmName }) => AlarmName);
    const { AlarmNames } = service().DeploymentConfiguration.Alarms;
    expect(AlarmNames.length).toBeGreaterThan(0);
    expect(AlarmNames.filter((name: string) => !alarms.includes(name))).toEqual([]);
  });

  test('by a deploy that sets the number of tasks back: only scaling says how many', () => {
    expect(service()).not.toHaveProperty('DesiredCount');
    expect(only('AWS::ApplicationAutoScaling::ScalableTarget')).toMatchObject({ MinCapacity: 2, MaxCapacity: 20 });
    const [calls, processor] = properties('AWS::ApplicationAutoScaling::ScalingPolicy').map(
      (policy) => policy.TargetTrackingScalingPolicyConfiguration,
    );
    expect(calls).toMatchObject({
      TargetValue: 120,
      CustomizedMetricSpecification: { MetricName: 'voice voice.live count', Statistic: 'Average' },
    });
    expect(calls.TargetValue).toBeLessThan(Number(told().MAX_CALLS));
    expect(processor.PredefinedMetricSpecification.PredefinedMetricType).toBe('ECSServiceAverageCPUUtilization');
  });

  test('by a silent minute, by a task that leaves the load balancer, by tasks moved between zones', () => {
    expect(attributes(loadBalancer.LoadBalancerAttributes)).toMatchObject({
      'idle_timeout.timeout_seconds': '4000',
      'deletion_protection.enabled': 'true',
      'routing.http.drop_invalid_header_fields.enabled': 'true',
    });
    const groups = properties('AWS::ElasticLoadBalancingV2::TargetGroup');
    expect(groups).toHaveLength(2);
    for (const group of groups) {
      expect(group).toMatchObject({ HealthCheckPath: '/health', Matcher: { HttpCode: '200' } });
      const delay = Number(attributes(group.TargetGroupAttributes)['deregistration_delay.timeout_seconds']);
      expect(delay).toBe(3600);
      expect(delay).toBeGreaterThan(longestCallSeconds());
    }
    expect(service().AvailabilityZoneRebalancing).toBe('DISABLED');
  });

  test('by an end without warning: what is left when a task must go is handed over before it is killed', () => {
    expect(container().StopTimeout).toBe(120);
    expect(Number(told().DRAIN_SECONDS)).toBeLessThan(container().StopTimeout - 10);
  });
});

describe('what runs', () => {
  const task = () => only('AWS::ECS::TaskDefinition');
  const [container] = only('AWS::ECS::TaskDefinition').ContainerDefinitions;
  const image = join(app.directory, `asset.${container.Image['Fn::Sub'].split(':').at(-1)}`);

  test('one container on ARM, without root, without a disk it could write to, without any right over the machine', () => {
    expect(task()).toMatchObject({
      Cpu: '1024',
      Memory: '2048',
      NetworkMode: 'awsvpc',
      RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
    });
    expect(container).toMatchObject({
      User: '1000:1000',
      ReadonlyRootFilesystem: true,
      LinuxParameters: { Capabilities: { Drop: ['ALL'] }, InitProcessEnabled: true },
    });
    expect(task().TaskRoleArn).not.toBe(task().ExecutionRoleArn);
  });

  test('it is told everything it parses and nothing else, and no secret among it', () => {
    const names = container.Environment.map(({ Name }: { Name: string }) => Name);
    const parsed = Object.keys(Env.shape).filter((name) => name !== 'ECS_AGENT_URI');
    expect(names.toSorted()).toEqual(parsed.toSorted());
    const told = Object.fromEntries(
      container.Environment.map(({ Name, Value }: { Name: string; Value: unknown }) => [Name, app.resolve(Value)]),
    );
    for (const [name, value] of Object.entries(told)) {
      if (name.endsWith('_SECRET')) expect(value).toMatch(/^(RetellApiKey|ClinicBindingKey|TwilioSecret|OpenAiKey)/);
    }
    expect(container).not.toHaveProperty('Secrets');
  });

  test('the image is one file, the sentences it can say without a model, and how it is built', () => {
    expect(readdirSync(image).toSorted()).toEqual(['Dockerfile', 'audio', 'main.mjs']);
    expect(spawnSync(process.execPath, ['--check', join(image, 'main.mjs')], { encoding: 'utf8' }).stderr).toBe('');
    expect(statSync(join(image, 'main.mjs')).size).toBeLessThan(6_000_000);
    const audio = readdirSync(join(image, 'audio'), { recursive: true, withFileTypes: true });
    expect(audio.filter((entry) => entry.isFile()).length).toBeGreaterThan(0);
  });

  test('the image starts no shell, installs nothing, and runs as somebody without rights', () => {
    const lines = readFileSync(join(image, 'Dockerfile'), 'utf8');
    expect(lines.match(/^FROM /gm)?.length).toBeGreaterThan(1);
    expect(lines).toMatch(/^USER 1000:1000$/m);
    expect(lines).toMatch(/^ENTRYPOINT \["node", "--max-semi-space-size=8", "--single-threaded-gc", "main\.mjs"\]$/m);
    expect(lines).not.toMatch(/npm (ci|install)|apt|curl|wget|ADD /);
  });
});
