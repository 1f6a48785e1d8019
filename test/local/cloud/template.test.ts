import { readFileSync } from 'node:fs';
import { ignoredTypes, refuseUnknown, reproducedTypes } from '#local/cloud/supported-resources.ts';
import { openTemplates } from '#local/cloud/template.ts';
import { stackOf } from './small-cloud.ts';

const place = { region: 'eu-west-3', endpoint: 'http://127.0.0.1:9', api: 'http://127.0.0.1:4000' };

test('references are followed within a stack and into the stacks it imports from', () => {
  const data = stackOf(
    {
      Resources: { Core: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'core' } } },
      Outputs: { Core: { Value: { Ref: 'Core' }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}-core' } } } },
    },
    {},
    'data',
  );
  const backend = stackOf(
    {
      Parameters: { BaseUrl: { Type: 'String', Default: 'https://vendor.example' } },
      Mappings: { Sizes: { small: { memory: 128 } } },
      Resources: {
        Events: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'events' } },
        Worker: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            table: { 'Fn::ImportValue': 'data-core' },
            queue: { Ref: 'Events' },
            arn: { 'Fn::GetAtt': ['Events', 'Arn'] },
            vendor: { Ref: 'BaseUrl' },
            definition: { 'Fn::Join': ['', ['{"Resource":"', { 'Fn::GetAtt': ['Worker', 'Arn'] }, '"}']] },
            sub: { 'Fn::Sub': ['${Events.QueueName} in ${AWS::Region} for ${who} ${!literal}', { who: 'all' }] },
            picked: { 'Fn::Select': [1, { 'Fn::Split': ['/', { Ref: 'BaseUrl' }] }] },
            memory: { 'Fn::FindInMap': ['Sizes', 'small', 'memory'] },
            nothing: { Ref: 'AWS::NoValue' },
          },
        },
      },
    },
    {},
    'backend',
  );
  const cloud = openTemplates([data, backend], place, { BaseUrl: 'http://127.0.0.1:5' });
  expect(cloud.ofType('AWS::Lambda::Function')[0]).toMatchObject({
    where: 'backend/Worker',
    name: 'backend-Worker',
    properties: {
      table: 'core',
      queue: 'http://127.0.0.1:9/000000000000/events',
      arn: 'arn:aws:sqs:eu-west-3:000000000000:events',
      vendor: 'http://127.0.0.1:5',
      definition: '{"Resource":"arn:aws:lambda:eu-west-3:000000000000:function:backend-Worker"}',
      sub: 'events in eu-west-3 for all ${literal}',
      picked: '',
      memory: 128,
    },
  });
  expect(cloud.ofType('AWS::Lambda::Function')[0]?.properties).not.toHaveProperty('nothing');
});

test('what cannot be followed stops the start with the logical id it stands in', () => {
  const broken = (Properties: Record<string, unknown>) => () =>
    openTemplates([stackOf({ Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties } } })], place).ofType(
      'AWS::SQS::Queue',
    );
  expect(broken({ QueueName: { Ref: 'Missing' } })).toThrow('test/Queue: refers to Missing');
  expect(broken({ DelaySeconds: { 'Fn::Cidr': [] } })).toThrow('test/Queue: Fn::Cidr is not known here');
  expect(broken({ DelaySeconds: { 'Fn::ImportValue': 'nobody' } })).toThrow('no stack exports "nobody"');
});

test('an unknown resource, or a property that changes behaviour, stops the start', () => {
  const start =
    (Type: string, Properties = {}) =>
    () =>
      refuseUnknown([stackOf({ Resources: { Thing: { Type, Properties } } })]);
  expect(start('AWS::Kinesis::Stream')).toThrow('test/Thing: AWS::Kinesis::Stream is not reproduced');
  expect(start('AWS::SNS::Subscription', { FilterPolicy: {} })).toThrow('AWS::SNS::Subscription.FilterPolicy');
  expect(start('AWS::IAM::Role', { anything: 1 })).not.toThrow();
});

test('the page about this machine names every type that is reproduced or ignored', () => {
  const page = readFileSync('docs/local.md', 'utf8');
  const types = [...Object.keys(ignoredTypes), ...Object.keys(reproducedTypes)];
  expect(types.filter((type) => !page.includes(`\`${type}\``))).toEqual([]);
});
