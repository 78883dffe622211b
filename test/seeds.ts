/** `npm run test:seeds [rounds]`: all tests with properties, each round with a seed that is printed. Ends with 1 at the first red one. */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const rounds = Number(process.argv[2] ?? 3);
if (!Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write('How many rounds? Give a number, such as "npm run test:seeds 10".\n');
  process.exit(2);
}
const files = globSync('test/**/*.test.ts*', { cwd: root }).filter((path) =>
  readFileSync(join(root, path), 'utf8').includes("'fast-check'"),
);
for (let round = 1; round <= rounds; round++) {
  const seed = randomInt(2 ** 31);
  process.stdout.write(`round ${round} of ${rounds}: seed ${seed}, ${files.length} files\n`);
  const { status } = spawnSync('vitest', ['run', ...files], {
    cwd: root,
    env: { ...process.env, RUNLAYER_TEST_SEED: String(seed) },
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
}
