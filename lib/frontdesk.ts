import { App, type AppProps, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag';
import { join } from 'node:path';
import { BackendStack } from './backend-stack.ts';
import { bundleAll, voiceIn } from './bundle.ts';
import { bundlesIn } from './bundles.ts';
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
 * It deploys what was bundled into the directory of the context (`-c bundles=<directory>`), so that several stages get the
 * same bytes; without one it bundles.
 * @throws UnknownStage when the stage is missing or not ours.
 */
export function frontdesk(props: AppProps = {}): {
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
  const bundles = bundlesOf(app);
  const backend = new BackendStack(app, `${named}-backend`, {
    ...shared,
    stackName: `${named}-backend`,
    description: 'Frontdesk: API, queues, functions, workflow and alarms',
    settings,
    data,
    bundles: bundlesIn(bundles),
  });
  // A stack of its own: its deploy waits until the last call has left the old tasks.
  const voice = new VoiceStack(app, `${named}-voice`, {
    ...shared,
    stackName: `${named}-voice`,
    description: 'Frontdesk: the service that holds live calls, its load balancer and its network',
    settings,
    data,
    backend,
    image: voiceIn(bundles),
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

/** The directory of what the app deploys. */
function bundlesOf(app: App): string {
  const bundled: unknown = app.node.tryGetContext('bundles');
  if (typeof bundled === 'string') return bundled;
  const directory = join(app.outdir, 'bundles');
  bundleAll(directory);
  return directory;
}
