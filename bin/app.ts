import { frontdesk } from '#lib/frontdesk.ts';
import { UnknownStage } from '#lib/settings.ts';

/** The CDK app: run by the CLI (cdk.json), or alone with CDK_OUTDIR and CDK_CONTEXT_JSON='{"stage":"local"}'. */
try {
  frontdesk().app.synth();
} catch (error) {
  if (!(error instanceof UnknownStage)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
