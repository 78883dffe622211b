/**
 * `npm run bench`: what the companion costs, with policy and audit on. The same raw client drives the same raw echo server in
 * several ways whose rounds alternate inside one run. `npm run bench -- stdio`, `-- http` or one leg of http prints only that.
 */
import { BenchHome } from './bench-home.ts';
import { stopCompanion } from './companion.ts';
import { compareOverHttp, HTTP_LEGS } from './http.ts';
import { compareOverStdio } from './stdio.ts';

const WORDS = ['stdio', 'http', ...HTTP_LEGS] as const;

async function compare(home: BenchHome, words: readonly string[]): Promise<boolean> {
  const asked = (word: string): boolean => words.length === 0 || words.includes(word);
  const httpLegs = HTTP_LEGS.filter((leg) => asked('http') || words.includes(leg));
  console.log('tools/call through the companion (policy and audit on); the ways alternate inside one run');
  const overStdio = !asked('stdio') || (await compareOverStdio(home));
  const overHttp = httpLegs.length === 0 || (await compareOverHttp(home, httpLegs));
  return overStdio && overHttp;
}

async function main(words: readonly string[]): Promise<boolean> {
  const known: readonly string[] = WORDS;
  const wrong = words.find((word) => !known.includes(word));
  if (wrong !== undefined) {
    console.error(`What is "${wrong}"? Say ${WORDS.join(', ')}, or nothing for all.`);
    return false;
  }
  const home = new BenchHome();
  const leave = async (): Promise<void> => {
    await stopCompanion(home);
    await home.close();
  };
  // The companion runs detached: an interrupted run must end it too.
  process.once('SIGINT', () => void leave().finally(() => process.exit(130)));
  try {
    return await compare(home, words);
  } finally {
    await leave();
  }
}

process.exitCode = (await main(process.argv.slice(2))) ? 0 : 1;
