import { configDefaults, defineConfig } from 'vitest/config';

const TESTS = ['test/**/*.test.ts', 'test/**/*.test.tsx'];
/** They hold a figure of a second (a blocked call is seen) or five (what is killed is gone): beside others they would time the machine. */
const ALONE = [
  'test/e2e/blocked-call.journey.test.ts',
  'test/journeys/nothing-left.test.ts',
  'test/process/reaper.test.ts',
  'test/process/spawn-server.test.ts',
  'test/soak/kill.test.ts',
];

export default defineConfig({
  test: {
    setupFiles: ['./test/setup.ts'],
    reporters: ['./test/reporter.ts'],
    // Only a test that hangs may run into these: a loaded machine must not fail one.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: TESTS,
          exclude: [...configDefaults.exclude, ...ALONE],
          // Journeys mostly wait for programs that start and end: a third one fills the pauses of two cores.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
