/** Jest on ES modules: TypeScript loses its types in `test/strip-types.js`, nothing else is transformed. */
export default {
  testEnvironment: 'node',
  // By default one core is left to whoever watches; continuous integration has nobody.
  maxWorkers: '100%',
  roots: ['<rootDir>/test'],
  // Some tests talk to a whole engine; a machine that does something else as well is slow, not wrong.
  testTimeout: 20_000,
  testSequencer: '<rootDir>/test/longest-first.js',
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/strip-types.js' },
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/.frontdesk'],
};
