import { availableParallelism } from 'node:os';

/** Jest on ES modules: TypeScript loses its types in `test/strip-types.js`, nothing else is transformed. */
export default {
  testEnvironment: 'node',
  // One more than cores: some tests wait for calls in real time, or for processes of their own.
  maxWorkers: availableParallelism() + 1,
  roots: ['<rootDir>/test'],
  // Each file leaves something of its module graph behind; collecting all that costs more than another process.
  workerIdleMemoryLimit: '400MB',
  // Some tests talk to a whole engine; a machine that does something else as well is slow, not wrong.
  testTimeout: 20_000,
  testSequencer: '<rootDir>/test/longest-first.js',
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/strip-types.js' },
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/.frontdesk'],
};
