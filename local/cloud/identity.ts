/** The account every stand-in of ours knows; AWS gives no real account these digits. */
export const accountId = '000000000000';

/** What the addresses of this machine's cloud are made of. */
export interface Place {
  region: string;
  /** Where AWS APIs answer, e.g. `http://127.0.0.1:41234`. */
  endpoint: string;
  /** Where the HTTP API answers. */
  api: string;
  /** Where people sign in: the issuer of their tokens. */
  issuer?: string;
}

/** What `Ref` and `Fn::GetAtt` say of one resource. */
export interface Identity {
  ref: string;
  attribute(name: string): string | undefined;
}

/** The property that names a resource of a type; a nameless one is called after its stack and logical id. */
const nameProperty: Record<string, string> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::ECS::Service': 'ServiceName',
  'AWS::ECS::TaskDefinition': 'Family',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::Scheduler::Schedule': 'Name',
  'AWS::Scheduler::ScheduleGroup': 'Name',
  'AWS::SES::ConfigurationSet': 'Name',
  'AWS::SES::EmailIdentity': 'EmailIdentity',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::ApiGatewayV2::Stage': 'StageName',
};

const attributes =
  (values: Record<string, string>) =>
  (name: string): string | undefined =>
    values[name];

const identities: Record<string, (name: string, place: Place, logicalId: string) => Identity> = {
  'AWS::DynamoDB::Table': (name, place) => table(name, place),
  'AWS::DynamoDB::GlobalTable': (name, place) => table(name, place),
  'AWS::S3::Bucket': (name, { region }) => ({
    ref: name,
    attribute: attributes({
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
    }),
  }),
  'AWS::SQS::Queue': (name, { region, endpoint }) => ({
    ref: queueUrl(endpoint, name),
    attribute: attributes({
      Arn: `arn:aws:sqs:${region}:${accountId}:${name}`,
      QueueName: name,
      QueueUrl: queueUrl(endpoint, name),
    }),
  }),
  'AWS::SNS::Topic': (name, { region }) => arnFirst(`arn:aws:sns:${region}:${accountId}:${name}`, { TopicName: name }),
  'AWS::Lambda::Function': (name, { region }) => ({
    ref: name,
    attribute: attributes({ Arn: `arn:aws:lambda:${region}:${accountId}:function:${name}` }),
  }),
  'AWS::StepFunctions::StateMachine': (name, { region }) =>
    arnFirst(`arn:aws:states:${region}:${accountId}:stateMachine:${name}`, { Name: name }),
  'AWS::SecretsManager::Secret': (name, { region }) =>
    arnFirst(`arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-local0`, {}),
  'AWS::Cognito::UserPool': (name, { region, issuer }) => ({
    ref: `${region}_${name}`,
    attribute: attributes({
      Arn: `arn:aws:cognito-idp:${region}:${accountId}:userpool/${region}_${name}`,
      ...(issuer !== undefined && { ProviderURL: issuer, ProviderName: issuer.replace(/^https?:\/\//, '') }),
    }),
  }),
  'AWS::ApiGatewayV2::Api': (_name, { api }, logicalId) => ({
    ref: logicalId,
    attribute: attributes({ ApiId: logicalId, ApiEndpoint: api }),
  }),
};

const queueUrl = (endpoint: string, name: string): string => `${endpoint}/${accountId}/${name}`;

const table = (name: string, { region }: Place): Identity => {
  const Arn = `arn:aws:dynamodb:${region}:${accountId}:table/${name}`;
  return { ref: name, attribute: attributes({ Arn, StreamArn: `${Arn}/stream/local` }) };
};

const arnFirst = (arn: string, others: Record<string, string>): Identity => ({
  ref: arn,
  attribute: attributes({ Arn: arn, TopicArn: arn, Id: arn, ...others }),
});

/** Types of which only the name matters here: an ARN is made up, other attributes say where they come from. */
const anyOther = (type: string, name: string, { region }: Place): Identity => ({
  ref: name,
  attribute: (attribute) =>
    attribute.endsWith('Arn')
      ? `arn:aws:${type.split('::')[1]?.toLowerCase()}:${region}:${accountId}:${name}`
      : `${name}.${attribute}`,
});

/**
 * What a resource is called and what `Ref` and `Fn::GetAtt` answer for it.
 * @param nameOf resolves the property that names it, when the template gives one
 */
export function identify(
  type: string,
  stackName: string,
  logicalId: string,
  place: Place,
  nameOf: (property: string) => string | undefined,
): Identity & { name: string } {
  const property = nameProperty[type];
  const made = `${stackName}-${logicalId}`;
  const name = (property && nameOf(property)) ?? (type === 'AWS::S3::Bucket' ? made.toLowerCase() : made);
  const identity = identities[type]?.(name, place, logicalId) ?? anyOther(type, name, place);
  return { name, ...identity };
}
