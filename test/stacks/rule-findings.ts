import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frontdesk } from '#lib/frontdesk.ts';

/** What the rule packs say of the app, as JSON on the standard output. */
export interface RuleFindings {
  /** Rules with findings that have no reason, and where. */
  found: [string, unknown][];
  /** Rules with findings, whatever has a reason. */
  foundWithoutReasons: string[];
  /** What was set aside with a reason, by rule. */
  reasons: Record<string, string>;
}

/* A process of its own: it loads the whole construct library, which costs Node a second and the test runner a dozen. */
const [bundles] = process.argv.slice(2) as [string];
const outdir = mkdtempSync(join(tmpdir(), 'frontdesk-rules-'));
const { app } = frontdesk({ outdir, context: { stage: 'prod', bundles } });
// References between the stacks, which findings are named by, exist only after synthesis.
app.synth();

const packs = () => [new AwsSolutionsChecks(), new HIPAASecurityChecks()];
const strict = packs().map((pack) => Object.assign(pack, { isAcknowledged: () => false } as object));
const findings: RuleFindings = {
  found: packs()
    .flatMap((pack) => pack.validateScope(app).violations)
    .map(({ ruleName, violatingResources }) => [ruleName, violatingResources]),
  foundWithoutReasons: strict.flatMap((pack) => pack.validateScope(app).violations).map(({ ruleName }) => ruleName),
  reasons: setAside(app),
};
process.stdout.write(JSON.stringify(findings));
rmSync(outdir, { recursive: true });

function setAside(within: App): Record<string, string> {
  const entries = within.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries(data as Record<string, string>))
    // CDK sets aside some of its own checks in its own constructs.
    .filter(([id]) => !id.startsWith('CloudFormation-Validate'));
  return Object.fromEntries(entries.map(([id, reason]) => [id.replace(/^annotation::/i, ''), reason]));
}
