import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tenantChecks } from './checks.ts';

/**
 * Takes one check that keeps clinics apart out of the code at a time, in a copy of what is committed, and demands that the
 * tests notice. `npm run check:tenants [-- <words of the one to try>]` ends with 1 when one was not missed.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const words = process.argv.slice(2).join(' ');
const copy = mkdtempSync(join(tmpdir(), 'frontdesk-checks-'));
const unnoticed: string[] = [];
try {
  execFileSync('git', ['worktree', 'add', '--detach', '--force', copy, 'HEAD'], { cwd: root, stdio: 'ignore' });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const { without, file, code, instead, tests } of tenantChecks.filter((one) => one.without.includes(words))) {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    if (text.split(code).length !== 2) throw new Error(`${file} does not hold this once: ${code}`);
    writeFileSync(
      path,
      text.replace(code, () => instead),
    );
    const jest = [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
    ];
    const run = spawnSync(process.execPath, [...jest, '--bail', '--silent', tests], { cwd: copy, encoding: 'utf8' });
    writeFileSync(path, text);
    const noticed = run.status === 1 && /^Tests: .*failed/m.test(run.stderr);
    const [, by = ''] = /● (.+)/.exec(run.stderr) ?? [];
    console.log(
      `${noticed ? '✓' : '✕'} ${without}\n    ${file}: ${noticed ? `noticed by “${by.trim()}”` : 'no test notices'}`,
    );
    if (!noticed) unnoticed.push(without);
  }
} finally {
  execFileSync('git', ['worktree', 'remove', '--force', copy], { cwd: root });
  rmSync(copy, { recursive: true, force: true });
}
console.log(`${tenantChecks.length} checks; of those tried, ${unnoticed.length} could go without a test that notices`);
if (unnoticed.length > 0) process.exitCode = 1;
