import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import { forUs } from '../parts/rights.ts';

/** Where a task listens; the load balancer alone reaches it. */
export const taskPort = 8080;

/**
 * The network of the voice service: the load balancer stands in public subnets, the tasks in private ones that reach
 * vendors through a NAT of their own zone, and tables and buckets without it.
 */
export class Network extends Construct {
  readonly vpc: ec2.Vpc;
  /** Of the load balancer: open to the world on 443, because Twilio has no addresses one could name. */
  readonly outside: ec2.SecurityGroup;
  /** Of the tasks: in from the load balancer, out by TLS. */
  readonly inside: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, { house }: { house: House }) {
    super(scope, id);
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr('10.40.0.0/16'),
      // One for each zone: a zone that fails takes its half of the calls, not all.
      natGateways: 2,
      subnetConfiguration: [
        { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'tasks', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
      ],
      gatewayEndpoints: {
        DynamoDb: { service: ec2.GatewayVpcEndpointAwsService.DYNAMODB },
        S3: { service: ec2.GatewayVpcEndpointAwsService.S3 },
      },
    });
    this.#flowLog(house);

    this.outside = new ec2.SecurityGroup(this, 'Outside', {
      vpc: this.vpc,
      description: 'Load balancer of the voice service',
      allowAllOutbound: false,
    });
    this.inside = new ec2.SecurityGroup(this, 'Inside', {
      vpc: this.vpc,
      description: 'Tasks of the voice service',
      allowAllOutbound: false,
    });
    this.outside.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'Vendors open sockets');
    this.outside.addEgressRule(this.inside, ec2.Port.tcp(taskPort), 'Sockets go on to tasks');
    this.inside.addIngressRule(this.outside, ec2.Port.tcp(taskPort), 'The load balancer and nobody else');
    this.inside.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'Vendors and AWS, by TLS');

    Validations.of(this.outside).acknowledge({
      id: 'AwsSolutions-EC23',
      reason: 'Twilio calls from no fixed addresses. What opens a socket is its signature, its token, its key.',
    });
    Validations.of(this.vpc).acknowledge(
      {
        id: 'HIPAA.Security-VPCNoUnrestrictedRouteToIGW',
        reason: 'Only the public subnets have it, and in them stand the load balancer and the NATs, no task.',
      },
      {
        id: 'HIPAA.Security-VPCDefaultSecurityGroupClosed',
        reason: 'Nothing is in the default group; closing it would need a function of AWS in our stack.',
      },
    );
  }

  /** Who spoke to whom: addresses and bytes, no content. Refused connections alone tell of an attack. */
  #flowLog({ settings, operationsKey }: House): void {
    const logGroup = new LogGroup(this, 'FlowLog', {
      logGroupName: `/frontdesk/${settings.stage}/voice-network`,
      retention: settings.logRetentionDays,
      encryptionKey: operationsKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    const role = new Role(this, 'FlowLogRole', {
      assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com').withConditions(forUs(this)),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    new ec2.FlowLog(this, 'Refused', {
      resourceType: ec2.FlowLogResourceType.fromVpc(this.vpc),
      trafficType: ec2.FlowLogTrafficType.REJECT,
      destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup, role.withoutPolicyUpdates()),
    });
  }
}
