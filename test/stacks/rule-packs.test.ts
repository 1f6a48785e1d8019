import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlesIn } from '#lib/bundle.ts';
import { frontdesk } from '#lib/frontdesk.ts';
import { assemblyOf } from '#local/cloud/synthesize.ts';

const outdir = mkdtempSync(join(tmpdir(), 'frontdesk-synth-'));
const bundles = join(await assemblyOf('prod'), 'bundles');
const { app } = frontdesk(
  { outdir, context: { stage: 'prod' } },
  { functions: bundlesIn(bundles), voice: join(bundles, 'voice') },
);
// References between the stacks, which findings are named by, exist only after synthesis.
beforeAll(() => void app.synth(), 60_000);
afterAll(() => rmSync(outdir, { recursive: true }));

const packs = () => [new AwsSolutionsChecks(), new HIPAASecurityChecks()];

/** What was set aside with a reason, by rule. */
function setAside(within: App): Map<string, string> {
  const entries = within.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries(data as Record<string, string>))
    // CDK sets aside some of its own checks in its own constructs.
    .filter(([id]) => !id.startsWith('CloudFormation-Validate'));
  return new Map(entries.map(([id, reason]) => [id.replace(/^annotation::/i, ''), reason]));
}

test('the AwsSolutions and HIPAA Security packs find nothing that has no reason', () => {
  const found = packs().flatMap((pack) => pack.validateScope(app).violations);
  expect(found.map(({ ruleName, violatingResources }) => [ruleName, violatingResources])).toEqual([]);
}, 30_000);

test('what they would find without our reasons is exactly what has one, of more than a few words', () => {
  const strict = packs().map((pack) => Object.assign(pack, { isAcknowledged: () => false } as object));
  const found = strict.flatMap((pack) => pack.validateScope(app).violations).map(({ ruleName }) => ruleName);
  const reasons = setAside(app);
  expect(new Set(reasons.keys())).toEqual(new Set(found));
  expect([...reasons.values()].filter((reason) => reason.length < 40)).toEqual([]);
}, 30_000);
