import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    reporters: ['./test/reporter.ts'],
    // Only a test that hangs may run into these: a loaded machine must not fail one.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Journeys mostly wait for programs that start and end: a third one fills the pauses of two cores.
    maxWorkers: 3,
  },
});
