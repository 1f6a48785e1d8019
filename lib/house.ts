import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { Bundles } from './bundles.ts';
import type { DataStack } from './data-stack.ts';
import type { StageSettings } from './settings.ts';

/** What every construct of the backend stands on. */
export interface House {
  settings: StageSettings;
  data: DataStack;
  /** Encrypts logs, queues and topics: things that carry ids, not patients. */
  operationsKey: IKey;
  /** Reaches the operator. */
  alarms: Topic;
  bundles: Bundles;
}
