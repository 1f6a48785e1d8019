import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { bundlesOf } from '#local/cloud/synthesize.ts';
import type { RuleFindings } from './rule-findings.ts';

let findings: RuleFindings;
beforeAll(async () => {
  const script = fileURLToPath(new URL('rule-findings.ts', import.meta.url));
  const bundles = await bundlesOf();
  const env = { ...process.env, CDK_VALIDATION: 'false' };
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const printed = execFileSync(process.execPath, [script, bundles], { encoding: 'utf8', env, cwd: root });
  findings = JSON.parse(printed) as RuleFindings;
}, 120_000);

test('the AwsSolutions and HIPAA Security packs find nothing that has no reason', () => {
  expect(findings.found).toEqual([]);
});

test('what they would find without our reasons is exactly what has one, of more than a few words', () => {
  const { foundWithoutReasons, reasons } = findings;
  expect(foundWithoutReasons.length).toBeGreaterThan(0);
  expect(new Set(Object.keys(reasons))).toEqual(new Set(foundWithoutReasons));
  expect(Object.values(reasons).filter((reason) => reason.length < 40)).toEqual([]);
});
