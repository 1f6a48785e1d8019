import type { Env as RunOnboardingStepEnv } from '#lambdas/onboarding/run-onboarding-step.lambda.ts';
import type { Env as AnswerPlatformRequestEnv } from '#lambdas/onboarding/answer-platform-request.lambda.ts';
import { Duration } from 'aws-cdk-lib';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { House } from '../house.ts';
import type { Api } from '../parts/api.ts';
import { allowEmail, configurationSetName } from '../parts/email.ts';
import { ApiFunction } from '../parts/api-function.ts';
import {
  allowClinicSecrets,
  allowDelete,
  allowRecord,
  allowSecret,
  allowSend,
  allowTable,
  allowTrunkLogins,
  clinicSecrets,
  trunkSecrets,
} from '../parts/rights.ts';
import { TaskFunction } from '../parts/task-function.ts';
import type { Vendors } from '../parts/vendors.ts';
import { workflowArn } from '../parts/workflow.ts';
import { OnboardingWorkflow } from '../onboarding-workflow.ts';

interface OnboardingProps {
  house: House;
  api: Api;
  vendors: Vendors;
  /** Takes in the links that are to be sent. */
  notices: IQueue;
}

/** From a file to a ringing number, and back. */
export class Onboarding extends Construct {
  constructor(scope: Construct, id: string, { house, api, vendors, notices }: OnboardingProps) {
    super(scope, id);
    const { core, routing, audit, retellApiKey, twilioSecret, dataKey } = house.data;
    const { senderAddress, consoleUrl } = house.settings;
    const runOnboardingStep = new TaskFunction<RunOnboardingStepEnv>(this, 'RunOnboardingStep', {
      house,
      entry: 'lambdas/onboarding/run-onboarding-step.lambda.ts',
      environment: {
        CORE_TABLE: core.tableName,
        ROUTING_TABLE: routing.tableName,
        AUDIT_TABLE: audit.tableName,
        RETELL_KEY_SECRET: retellApiKey.ref,
        RETELL_BASE_URL: vendors.retellBaseUrl,
        CLINIC_SECRETS: clinicSecrets(house.settings),
        TRUNK_SECRETS: trunkSecrets(house.settings),
        DATA_KEY_ARN: dataKey.keyArn,
        TWILIO_SECRET: twilioSecret.ref,
        TWILIO_BASE_URL: vendors.twilioBaseUrl,
        API_URL: api.apiEndpoint,
        SENDER_ADDRESS: senderAddress,
        CONFIGURATION_SET: configurationSetName(house.settings),
        CONSOLE_URL: consoleUrl,
        NOTICES_QUEUE_URL: notices.queueUrl,
      },
      impact: 'Clinics that were to join do not, or those that left keep their number.',
      // A purchase in flight is thrown too, so that the workflow waits for it; its door does not log it as a fault.
      faults: 'caught',
      tellAfter: 10,
      timeout: Duration.seconds(90),
    });
    allowTable(runOnboardingStep, core, ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'], ['GSI1']);
    // A clinic that comes back may have fewer rooms than before.
    allowDelete(runOnboardingStep, core, ['CLINIC#????????-????-????-????-????????????']);
    allowTable(runOnboardingStep, routing, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'], ['GSI1']);
    allowDelete(runOnboardingStep, routing, ['AGT#*']);
    allowRecord(runOnboardingStep, audit);
    allowSend(runOnboardingStep, notices);
    allowSecret(runOnboardingStep, retellApiKey, dataKey);
    allowSecret(runOnboardingStep, twilioSecret, dataKey);
    allowTrunkLogins(runOnboardingStep, house);
    // Whoever leaves takes its own keys along.
    allowClinicSecrets(runOnboardingStep, house, 'remove');
    allowEmail(runOnboardingStep, house.settings);
    new OnboardingWorkflow(this, 'Workflow', { house, runOnboardingStep });
    const onboarding = workflowArn(this, house.settings, 'onboarding');

    const answerPlatformRequest = new ApiFunction<AnswerPlatformRequestEnv>(this, 'AnswerPlatformRequest', {
      house,
      api,
      routes: [
        'POST /api/platform/clinics',
        'GET /api/platform/clinics',
        'GET /api/platform/clinics/{slug}',
        'DELETE /api/platform/clinics/{slug}',
      ],
      signedIn: true,
      entry: 'lambdas/onboarding/answer-platform-request.lambda.ts',
      environment: {
        CORE_TABLE: core.tableName,
        ROUTING_TABLE: routing.tableName,
        AUDIT_TABLE: audit.tableName,
        ONBOARDING_STATE_MACHINE: onboarding,
      },
      impact: 'Operators cannot take clinics in or let them go, nor see how far they are; calls are not affected.',
      timeout: Duration.seconds(20),
    });
    allowTable(answerPlatformRequest, core, ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem']);
    allowTable(answerPlatformRequest, routing, ['GetItem', 'BatchGetItem', 'Query'], ['GSI1']);
    allowRecord(answerPlatformRequest, audit);
    answerPlatformRequest.allow(['states:StartExecution'], [onboarding]);
  }
}
