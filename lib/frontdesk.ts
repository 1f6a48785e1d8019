import { App, type AppProps, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag';
import { join } from 'node:path';
import { BackendStack } from './backend-stack.ts';
import { bundleFunctions, type Bundles, bundleVoice } from './bundle.ts';
import { DataStack } from './data-stack.ts';
import { settingsFor } from './settings.ts';
import { VoiceStack } from './voice-stack.ts';

/** How CDK behaves, the same whoever runs the app: the CLI, the embedded cloud, a test. */
const featureFlags = {
  '@aws-cdk/core:defaultCrossStackReferences': 'strong',
  '@aws-cdk/aws-iam:minimizePolicies': true,
  '@aws-cdk/core:checkSecretUsage': true,
  '@aws-cdk/core:explicitStackTags': true,
  '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true,
  '@aws-cdk/aws-kms:reduceCrossAccountRegionPolicyScope': true,
  // A deploy during a busy morning must not set the number of tasks back.
  '@aws-cdk/aws-ecs:removeDefaultDesiredCount': true,
  '@aws-cdk/aws-ecs:removeDefaultDeploymentAlarm': true,
};

/**
 * The app: for the stage of the context (`-c stage=prod`) its data, its backend and its voice service, checked by two rule packs.
 * @param bundled what it deploys, where that was bundled already
 * @throws UnknownStage when the stage is missing or not ours.
 */
export function frontdesk(
  props: AppProps = {},
  bundled?: { functions: Bundles; voice: string },
): {
  app: App;
  data: DataStack;
  backend: BackendStack;
  voice: VoiceStack;
} {
  const app = new App({ ...props, context: { ...featureFlags, ...props.context } });
  const settings = settingsFor(app.node.tryGetContext('stage'));
  const named = `frontdesk-${settings.stage}`;
  const shared = { env: { region: settings.region }, tags: { application: 'frontdesk', stage: settings.stage } };

  const data = new DataStack(app, `${named}-data`, settings, {
    ...shared,
    stackName: `${named}-data`,
    description: 'Frontdesk: tables, bodies, keys and secrets',
  });
  const bundles = bundled?.functions ?? bundleFunctions(join(app.outdir, 'bundles'));
  const backend = new BackendStack(app, `${named}-backend`, {
    ...shared,
    stackName: `${named}-backend`,
    description: 'Frontdesk: API, queues, functions, workflow and alarms',
    settings,
    data,
    bundles,
  });
  // A stack of its own: its deploy waits until the last call has left the old tasks.
  const voice = new VoiceStack(app, `${named}-voice`, {
    ...shared,
    stackName: `${named}-voice`,
    description: 'Frontdesk: the service that holds live calls, its load balancer and its network',
    settings,
    data,
    backend,
    image: bundled?.voice ?? bundleVoice(join(app.outdir, 'bundles', 'voice')),
  });

  // As for CDK's own checks: off where the same app is only run, not changed.
  if (process.env.CDK_VALIDATION !== 'false') {
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new HIPAASecurityChecks(app));
  }
  Validations.of(app).acknowledge({
    id: 'HIPAA.Security-IAMNoInlinePolicy',
    reason: 'Each policy belongs to one role and dies with it; a managed policy would outlive or outgrow it.',
  });
  return { app, data, backend, voice };
}
