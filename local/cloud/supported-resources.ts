import type { Stack } from './assembly.ts';
import { TemplateError } from './template.ts';

/** Types that are not reproduced on one machine, and why nothing a call does depends on them. */
export const ignoredTypes: Record<string, string> = {
  'AWS::ApplicationAutoScaling::ScalingPolicy': 'the number of tasks here is the fewest, and stays',
  'AWS::CDK::Metadata': 'says which CDK made the template',
  'AWS::CertificateManager::Certificate': 'nothing here leaves this machine, so nothing is encrypted on the way',
  'AWS::CloudWatch::Alarm': 'wakes a person; here the logs are at hand',
  'AWS::CloudWatch::CompositeAlarm': 'wakes a person; here the logs are at hand',
  'AWS::CloudWatch::Dashboard': 'a picture for operators',
  'AWS::Cognito::UserPoolDomain': 'people sign in where the local provider listens',
  'AWS::EC2::EIP': 'nothing here leaves this machine',
  'AWS::EC2::FlowLog': 'nothing here leaves this machine',
  'AWS::EC2::InternetGateway': 'nothing here leaves this machine',
  'AWS::EC2::NatGateway': 'nothing here leaves this machine',
  'AWS::EC2::Route': 'nothing here leaves this machine',
  'AWS::EC2::RouteTable': 'nothing here leaves this machine',
  'AWS::EC2::SecurityGroup': 'nothing here leaves this machine',
  'AWS::EC2::SecurityGroupEgress': 'nothing here leaves this machine',
  'AWS::EC2::SecurityGroupIngress': 'nothing here leaves this machine',
  'AWS::EC2::Subnet': 'nothing here leaves this machine',
  'AWS::EC2::SubnetRouteTableAssociation': 'nothing here leaves this machine',
  'AWS::EC2::VPC': 'nothing here leaves this machine',
  'AWS::EC2::VPCEndpoint': 'nothing here leaves this machine',
  'AWS::EC2::VPCGatewayAttachment': 'nothing here leaves this machine',
  'AWS::ECS::Cluster': 'only groups services',
  'AWS::ElasticLoadBalancingV2::Listener': 'one port carries every path; what is not ours the service itself refuses',
  'AWS::ElasticLoadBalancingV2::ListenerRule':
    'one port carries every path; what is not ours the service itself refuses',
  'AWS::ElasticLoadBalancingV2::LoadBalancer':
    'the front carries bytes: how long a silent socket may stay open is up to its two ends',
  'AWS::IAM::ManagedPolicy': 'rights are proved on the template, not here',
  'AWS::IAM::Policy': 'rights are proved on the template, not here',
  'AWS::IAM::Role': 'rights are proved on the template, not here',
  'AWS::KMS::Alias': 'files here are as safe as the disk they lie on',
  'AWS::KMS::Key': 'files here are as safe as the disk they lie on',
  'AWS::Lambda::Permission': 'rights are proved on the template, not here',
  'AWS::Logs::LogGroup': 'logs are files under the state directory',
  'AWS::Logs::MetricFilter': 'feeds alarms',
  'AWS::Logs::ResourcePolicy': 'rights are proved on the template, not here',
  'AWS::S3::BucketPolicy': 'rights are proved on the template, not here',
  'AWS::SNS::TopicPolicy': 'rights are proved on the template, not here',
  'AWS::SQS::QueuePolicy': 'rights are proved on the template, not here',
  'AWS::Scheduler::ScheduleGroup': 'only groups schedules',
  'AWS::SecretsManager::ResourcePolicy': 'rights are proved on the template, not here',
  'AWS::WAFv2::IPSet': 'nobody but this machine knocks',
  'AWS::WAFv2::LoggingConfiguration': 'nobody but this machine knocks',
  'AWS::WAFv2::WebACL': 'nobody but this machine knocks',
  'AWS::WAFv2::WebACLAssociation': 'nobody but this machine knocks',
};

interface Support {
  reproduced: string[];
  /** Properties without effect on what a call does here. */
  ignored: string[];
}

const tableOptions = [
  'ContributorInsightsSpecification',
  'DeletionProtectionEnabled',
  'PointInTimeRecoverySpecification',
  'SSESpecification',
  'TableClass',
  'Tags',
];

/** Types that are reproduced, property by property. A property in neither list changes behaviour in a way not known here. */
export const reproducedTypes: Record<string, Support> = {
  'AWS::ApiGatewayV2::Api': {
    reproduced: ['Name', 'ProtocolType'],
    ignored: ['Description', 'DisableExecuteApiEndpoint', 'Tags'],
  },
  'AWS::ApiGatewayV2::Authorizer': {
    reproduced: ['ApiId', 'AuthorizerType', 'IdentitySource', 'JwtConfiguration'],
    ignored: ['Name'],
  },
  'AWS::ApiGatewayV2::Integration': {
    reproduced: ['ApiId', 'IntegrationType', 'IntegrationUri', 'PayloadFormatVersion', 'TimeoutInMillis'],
    ignored: ['Description', 'IntegrationMethod'],
  },
  'AWS::ApiGatewayV2::Route': {
    reproduced: ['ApiId', 'AuthorizationScopes', 'AuthorizationType', 'AuthorizerId', 'RouteKey', 'Target'],
    ignored: [],
  },
  'AWS::ApiGatewayV2::Stage': {
    reproduced: ['ApiId', 'StageName', 'AutoDeploy'],
    ignored: ['AccessLogSettings', 'DefaultRouteSettings', 'Description', 'RouteSettings', 'Tags'],
  },
  'AWS::ApplicationAutoScaling::ScalableTarget': {
    reproduced: ['MinCapacity'],
    ignored: ['MaxCapacity', 'ResourceId', 'RoleARN', 'ScalableDimension', 'ServiceNamespace', 'SuspendedState'],
  },
  'AWS::Cognito::UserPool': {
    reproduced: [],
    // Who can sign in here is written in local/demo-people.ts, or was invited; with one password for all and no second factor.
    ignored: [
      'AccountRecoverySetting',
      'AdminCreateUserConfig',
      'AutoVerifiedAttributes',
      'DeletionProtection',
      'EmailVerificationMessage',
      'EmailVerificationSubject',
      'EnabledMfas',
      'MfaConfiguration',
      'Policies',
      'SmsVerificationMessage',
      'UserPoolName',
      'UserPoolTags',
      'UsernameAttributes',
      'UsernameConfiguration',
      'VerificationMessageTemplate',
    ],
  },
  'AWS::Cognito::UserPoolClient': {
    reproduced: ['AllowedOAuthFlows', 'AllowedOAuthScopes', 'CallbackURLs', 'GenerateSecret', 'UserPoolId'],
    ignored: [
      'AccessTokenValidity',
      'AllowedOAuthFlowsUserPoolClient',
      'ClientName',
      'EnableTokenRevocation',
      'ExplicitAuthFlows',
      'IdTokenValidity',
      'LogoutURLs',
      'PreventUserExistenceErrors',
      'RefreshTokenValidity',
      'SupportedIdentityProviders',
      'TokenValidityUnits',
    ],
  },
  'AWS::Cognito::UserPoolGroup': { reproduced: ['GroupName', 'UserPoolId'], ignored: ['Description'] },
  'AWS::DynamoDB::GlobalTable': {
    reproduced: [
      'AttributeDefinitions',
      'BillingMode',
      'GlobalSecondaryIndexes',
      'KeySchema',
      'StreamSpecification',
      'TableName',
      'TimeToLiveSpecification',
    ],
    ignored: [...tableOptions, 'Replicas'],
  },
  'AWS::DynamoDB::Table': {
    reproduced: [
      'AttributeDefinitions',
      'BillingMode',
      'GlobalSecondaryIndexes',
      'KeySchema',
      'StreamSpecification',
      'TableName',
      'TimeToLiveSpecification',
    ],
    ignored: tableOptions,
  },
  'AWS::ECS::Service': {
    reproduced: ['DesiredCount', 'LoadBalancers', 'ServiceName', 'TaskDefinition'],
    ignored: [
      'AvailabilityZoneRebalancing',
      'Cluster',
      // New tasks stand before old ones end, as there; the old ones are told to end at once, so that this is rehearsed.
      'DeploymentConfiguration',
      'DeploymentController',
      'EnableECSManagedTags',
      'EnableExecuteCommand',
      'HealthCheckGracePeriodSeconds',
      'LaunchType',
      'NetworkConfiguration',
      'PlatformVersion',
      'PropagateTags',
      'Tags',
    ],
  },
  'AWS::ECS::TaskDefinition': {
    reproduced: ['ContainerDefinitions', 'Family'],
    ignored: [
      'Cpu',
      'ExecutionRoleArn',
      'Memory',
      'NetworkMode',
      'RequiresCompatibilities',
      'RuntimePlatform',
      'Tags',
      'TaskRoleArn',
    ],
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    reproduced: ['HealthCheckPath', 'Matcher', 'UnhealthyThresholdCount'],
    ignored: [
      'HealthCheckIntervalSeconds',
      'HealthCheckProtocol',
      'HealthCheckTimeoutSeconds',
      'HealthyThresholdCount',
      'Port',
      'Protocol',
      'Tags',
      'TargetGroupAttributes',
      'TargetType',
      'VpcId',
    ],
  },
  'AWS::Lambda::EventInvokeConfig': {
    reproduced: ['FunctionName', 'MaximumRetryAttempts', 'Qualifier'],
    // The oldest a schedule's event gets here is three minutes.
    ignored: ['MaximumEventAgeInSeconds'],
  },
  'AWS::Lambda::EventSourceMapping': {
    reproduced: [
      'BatchSize',
      'Enabled',
      'EventSourceArn',
      'FunctionName',
      'FunctionResponseTypes',
      'MaximumBatchingWindowInSeconds',
      'ScalingConfig',
    ],
    ignored: ['KmsKeyArn', 'Tags'],
  },
  'AWS::Lambda::Function': {
    reproduced: [
      'Code',
      'Environment',
      'FunctionName',
      'Handler',
      'MemorySize',
      'ReservedConcurrentExecutions',
      'Runtime',
      'Timeout',
    ],
    ignored: ['Architectures', 'Description', 'KmsKeyArn', 'LoggingConfig', 'Role', 'Tags', 'TracingConfig'],
  },
  'AWS::S3::Bucket': {
    reproduced: ['BucketName'],
    ignored: [
      'BucketEncryption',
      'LifecycleConfiguration',
      'LoggingConfiguration',
      'OwnershipControls',
      'PublicAccessBlockConfiguration',
      'Tags',
      'VersioningConfiguration',
    ],
  },
  'AWS::SES::ConfigurationSet': {
    reproduced: ['Name'],
    ignored: ['DeliveryOptions', 'ReputationOptions', 'SendingOptions', 'SuppressionOptions', 'Tags'],
  },
  'AWS::SES::ConfigurationSetEventDestination': {
    reproduced: ['ConfigurationSetName', 'EventDestination'],
    ignored: [],
  },
  'AWS::SES::EmailIdentity': {
    reproduced: ['EmailIdentity', 'ConfigurationSetAttributes'],
    ignored: ['DkimAttributes', 'DkimSigningAttributes', 'FeedbackAttributes', 'MailFromAttributes', 'Tags'],
  },
  'AWS::SNS::Subscription': { reproduced: ['Endpoint', 'Protocol', 'RawMessageDelivery', 'TopicArn'], ignored: [] },
  'AWS::SNS::Topic': { reproduced: ['TopicName'], ignored: ['DisplayName', 'KmsMasterKeyId', 'Tags'] },
  'AWS::SQS::Queue': {
    reproduced: [
      'ContentBasedDeduplication',
      'DelaySeconds',
      'FifoQueue',
      'MaximumMessageSize',
      'MessageRetentionPeriod',
      'QueueName',
      'ReceiveMessageWaitTimeSeconds',
      'RedrivePolicy',
      'VisibilityTimeout',
    ],
    // Deduplication ids of ours are unique on the platform, so their scope makes no difference.
    ignored: [
      'DeduplicationScope',
      'FifoThroughputLimit',
      'KmsDataKeyReusePeriodSeconds',
      'KmsMasterKeyId',
      'RedriveAllowPolicy',
      'SqsManagedSseEnabled',
      'Tags',
    ],
  },
  'AWS::Scheduler::Schedule': {
    reproduced: ['FlexibleTimeWindow', 'Name', 'ScheduleExpression', 'ScheduleExpressionTimezone', 'State', 'Target'],
    ignored: ['Description', 'GroupName', 'KmsKeyArn'],
  },
  'AWS::SecretsManager::Secret': {
    reproduced: ['GenerateSecretString', 'Name', 'SecretString'],
    ignored: ['Description', 'KmsKeyId', 'Tags'],
  },
  'AWS::StepFunctions::StateMachine': {
    reproduced: ['DefinitionString', 'StateMachineName', 'StateMachineType'],
    ignored: ['EncryptionConfiguration', 'LoggingConfiguration', 'RoleArn', 'Tags', 'TracingConfiguration'],
  },
};

/**
 * Stops the start when the templates hold anything that is neither reproduced nor on the written list of what is
 * ignored, so that nothing is silently missing on one machine. @throws TemplateError naming the first
 */
export function refuseUnknown(stacks: Stack[]): void {
  for (const { name, template } of stacks) {
    for (const [logicalId, { Type, Properties, Condition }] of Object.entries(template.Resources ?? {})) {
      if (Type in ignoredTypes) continue;
      const where = `${name}/${logicalId}`;
      const support = reproducedTypes[Type];
      if (!support) throw new TemplateError(where, `${Type} is not reproduced on one machine (local/cloud)`);
      if (Condition) throw new TemplateError(where, 'depends on a condition, which is not reproduced on one machine');
      for (const property of Object.keys(Properties ?? {})) {
        if (!support.reproduced.includes(property) && !support.ignored.includes(property)) {
          throw new TemplateError(where, `${Type}.${property} is not reproduced on one machine (local/cloud)`);
        }
      }
    }
  }
}
