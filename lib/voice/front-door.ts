import { Duration, Validations } from 'aws-cdk-lib';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import { nameIn } from '../name-in.ts';
import { Firewall } from './firewall.ts';
import { type Network, taskPort } from './network.ts';

/** Where vendors knock, and where we ask whether a task can take calls. */
const paths = ['/llm-websocket/*', '/twilio/media', '/twilio/media/', '/health'];

/**
 * The load balancer: TLS, the firewall, and two target groups of which one takes the new sockets. A socket stays where it
 * was opened, so a deploy moves new calls and no old one.
 */
export class FrontDoor extends Construct {
  readonly loadBalancer: elb.ApplicationLoadBalancer;
  readonly blue: elb.ApplicationTargetGroup;
  readonly green: elb.ApplicationTargetGroup;
  readonly listener: elb.ApplicationListener;
  /** Which of the two takes new sockets; ECS moves it. */
  readonly sockets: elb.ApplicationListenerRule;

  constructor(scope: Construct, id: string, { house, network }: { house: House; network: Network }) {
    super(scope, id);
    const { settings } = house;
    this.loadBalancer = new elb.ApplicationLoadBalancer(this, 'LoadBalancer', {
      loadBalancerName: nameIn(settings, 'voice'),
      vpc: network.vpc,
      internetFacing: true,
      securityGroup: network.outside,
      // Longer than any call: a moment of silence must not end one. We ping every 20 seconds.
      idleTimeout: Duration.seconds(4000),
      dropInvalidHeaderFields: true,
      deletionProtection: true,
    });
    this.blue = this.#targets('Blue', network);
    this.green = this.#targets('Green', network);

    this.listener = this.loadBalancer.addListener('Tls', {
      port: 443,
      protocol: elb.ApplicationProtocol.HTTPS,
      certificates: [
        new Certificate(this, 'Certificate', {
          domainName: settings.voiceDomain,
          // By a record that a person writes once, at whoever runs the DNS: docs/deploy.md.
          validation: CertificateValidation.fromDns(),
        }),
      ],
      sslPolicy: elb.SslPolicy.RECOMMENDED_TLS,
      // The security group says who may come.
      open: false,
      defaultAction: elb.ListenerAction.fixedResponse(404, { contentType: 'application/json', messageBody: '{}' }),
    });
    this.sockets = new elb.ApplicationListenerRule(this, 'Sockets', {
      listener: this.listener,
      priority: 1,
      conditions: [elb.ListenerCondition.pathPatterns(paths)],
      action: elb.ListenerAction.weightedForward([
        { targetGroup: this.blue, weight: 100 },
        { targetGroup: this.green, weight: 0 },
      ]),
    });
    new Firewall(this, 'Firewall', { house, loadBalancerArn: this.loadBalancer.loadBalancerArn });

    Validations.of(this.loadBalancer).acknowledge(
      {
        id: 'AwsSolutions-ELB2',
        reason:
          'Its log would keep paths, and a clinic’s key stands in the path of a socket. Metrics tell how it answers.',
      },
      {
        id: 'HIPAA.Security-ELBLoggingEnabled',
        reason:
          'Its log would keep paths, and a clinic’s key stands in the path of a socket. Each task logs every call.',
      },
    );
  }

  #targets(id: string, { vpc }: Network): elb.ApplicationTargetGroup {
    return new elb.ApplicationTargetGroup(this, id, {
      vpc,
      port: taskPort,
      protocol: elb.ApplicationProtocol.HTTP,
      targetType: elb.TargetType.IP,
      // A call is capped at 55 minutes: none is cut because its task no longer takes new ones.
      deregistrationDelay: Duration.seconds(3600),
      // The fewest sockets, not the next in turn: after a deploy or a death new calls go where there is room.
      loadBalancingAlgorithmType: elb.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
      healthCheck: {
        path: '/health',
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 3,
        healthyHttpCodes: '200',
      },
    });
  }
}
