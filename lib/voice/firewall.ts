import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnIPSet, CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import { nameIn } from '../name-in.ts';
import type { StageSettings } from '../settings.ts';

interface FirewallProps {
  house: House;
  loadBalancerArn: string;
}

type Rule = Omit<CfnWebACL.RuleProperty, 'priority' | 'visibilityConfig'>;

/** The path of Retell's sockets, as the server mounts them. */
const llmSockets: CfnWebACL.StatementProperty = {
  byteMatchStatement: {
    searchString: '/llm-websocket/',
    positionalConstraint: 'STARTS_WITH',
    fieldToMatch: { uriPath: {} },
    textTransformations: [{ priority: 0, type: 'URL_DECODE' }],
  },
};

/**
 * Looks at each request that opens a socket, and at nothing that flows through it afterwards. A second lock: what opens
 * a socket is its signature, its token or its key.
 */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, { house, loadBalancerArn }: FirewallProps) {
    super(scope, id);
    const { settings } = house;
    const acl = new CfnWebACL(this, 'Acl', {
      name: nameIn(settings, 'voice'),
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: seen('all'),
      rules: [...this.#onlyRetell(settings), ...usual(settings)].map((rule, priority) => ({
        ...rule,
        priority,
        visibilityConfig: seen(rule.name),
      })),
    });
    new CfnWebACLAssociation(this, 'OnLoadBalancer', { resourceArn: loadBalancerArn, webAclArn: acl.attrArn });
    this.#log(house, acl);
  }

  /** Retell publishes the address it calls from; whoever else knows a socket's path is refused before the key is looked at. */
  #onlyRetell({ retellAddresses }: StageSettings): Rule[] {
    if (retellAddresses.length === 0) return [];
    const retell = new CfnIPSet(this, 'Retell', {
      scope: 'REGIONAL',
      ipAddressVersion: 'IPV4',
      addresses: [...retellAddresses],
      description: 'From which Retell opens its sockets',
    });
    const elsewhere = { notStatement: { statement: { ipSetReferenceStatement: { arn: retell.attrArn } } } };
    return [
      {
        name: 'llm-sockets-from-retell-only',
        action: { block: {} },
        statement: { andStatement: { statements: [llmSockets, elsewhere] } },
      },
    ];
  }

  /** What was refused, without path and query: in the path of a socket stands a clinic's key. */
  #log({ settings, operationsKey }: House, acl: CfnWebACL): void {
    const logGroup = new LogGroup(this, 'Log', {
      // WAF writes to no other names.
      logGroupName: `aws-waf-logs-${nameIn(settings, 'voice')}`,
      retention: settings.logRetentionDays,
      encryptionKey: operationsKey,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [logGroup.logGroupArn],
      redactedFields: [{ uriPath: {} }, { queryString: {} }],
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          { Behavior: 'KEEP', Requirement: 'MEETS_ANY', Conditions: [{ ActionCondition: { Action: 'BLOCK' } }] },
        ],
      },
    });
  }
}

const seen = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  // A sample of requests would keep paths, and keys in them.
  sampledRequestsEnabled: false,
});

const managed = (name: string, counted: string[] = []): Rule => ({
  name,
  overrideAction: { none: {} },
  statement: {
    managedRuleGroupStatement: {
      vendorName: 'AWS',
      name,
      ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
    },
  },
});

const usual = ({ retellAddresses, voice }: StageSettings): Rule[] => [
  managed('AWSManagedRulesAmazonIpReputationList'),
  // A vendor's socket client may name no user agent.
  managed('AWSManagedRulesCommonRuleSet', ['NoUserAgent_HEADER']),
  {
    name: 'not-all-at-once',
    action: { block: {} },
    statement: {
      rateBasedStatement: {
        aggregateKeyType: 'IP',
        evaluationWindowSec: 300,
        // One address of Twilio may bring every call the service can hold, twice over, within five minutes.
        limit: voice.maxTasks * voice.callsPerTask * 2,
        // All calls of Retell come from its one address, and are held by the rule above.
        ...(retellAddresses.length && { scopeDownStatement: { notStatement: { statement: llmSockets } } }),
      },
    },
  },
];
