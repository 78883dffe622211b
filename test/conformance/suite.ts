/** Runs the official suite as it is and reads what it found: which scenarios a revision requires, and each one's checks. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isSignIn } from './client-scenarios.ts';
import type { Line, Role, Row } from './tables.ts';

export const REVISIONS = ['2025-11-25', '2026-07-28'] as const;
export type Revision = (typeof REVISIONS)[number];

const SUITE = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')),
  'dist',
  'index.js',
);

export interface Check {
  readonly id: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'INFO' | 'SKIPPED';
  readonly errorMessage?: string;
}

/** The scenarios of a revision, scored ones first, in the suite's order. */
export async function rowsOf(revision: Revision, role: Role): Promise<Row[]> {
  return parseRequirements((await runSuite(['list', '--requirements', revision])).out, role);
}

/** `list --requirements`: scenarios under a heading per role, then unscored ones under a heading per reason. */
export function parseRequirements(listing: string, role: Role): Row[] {
  const rows: Row[] = [];
  let heading = '';
  let reason: string | undefined;
  for (const line of listing.split('\n')) {
    const scenario = /^\s+- (\S+)(?: \[(\w+)\])?$/.exec(line);
    if (scenario?.[1] === undefined) {
      heading = /^(Server|Client) scenarios/.exec(line)?.[1]?.toLowerCase() ?? heading;
      reason = /^\s+([\w-]+) \(\d+\):$/.exec(line)?.[1] ?? reason;
    } else if ((scenario[2] ?? heading) === role) {
      rows.push({ scenario: scenario[1], unscored: scenario[2] === undefined ? undefined : (reason ?? 'unscored') });
    }
  }
  return rows;
}

/** All server scenarios of a revision against one URL. */
export async function judgeServer(url: string, revision: Revision): Promise<Map<string, Line>> {
  return inFolder(async (folder) => {
    await runSuite(['server', '--url', url, '--requirements', revision, '-o', folder]);
    return linesIn(folder, 'server-');
  });
}

/**
 * One client scenario: the suite starts a server and appends its URL to the command. A driver that fails counts as a failed
 * check, unless the scenario says that it may.
 */
export async function judgeClient(
  command: string,
  scenario: string,
  revision: Revision,
  env: Readonly<Record<string, string>>,
): Promise<Line | undefined> {
  return inFolder(async (folder) => {
    const args = ['client', '--command', command, '--scenario', scenario, '--spec-version', revision, '-o', folder];
    const { err } = await runSuite(args, env);
    const line = (await linesIn(folder, '', isSignIn(scenario) ? worstOfEach : undefined)).get(scenario);
    const broken = /CLIENT (?:TIMED OUT|EXITED WITH ERROR)[^\n]*/.exec(err)?.[0];
    if (line === undefined || broken === undefined) return line;
    const stderr = /\nStderr:\n([\s\S]*?)\nChecks:/.exec(err)?.[1] ?? '';
    return {
      ...line,
      failed: line.failed + 1,
      problems: [...line.problems, `${broken}: ${stderr.trim().slice(0, 800)}`],
    };
  });
}

/** What a run that is interrupted would leave behind. */
const running = new Set<ChildProcess>();
const folders = new Set<string>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'rl-conformance-'));
  folders.add(folder);
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    folders.delete(folder);
  }
}

async function runSuite(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ out: string; err: string }> {
  const child = spawn(process.execPath, [SUITE, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  running.add(child);
  await once(child, 'close');
  running.delete(child);
  return { out, err };
}

/** Results lie in `<prefix><scenario>-<time>/checks.json`; a scenario may have a slash in its name. */
async function linesIn(
  folder: string,
  prefix: string,
  counted: (checks: readonly Check[]) => readonly Check[] = (checks) => checks,
): Promise<Map<string, Line>> {
  const lines = new Map<string, Line>();
  for (const path of await readdir(folder, { recursive: true })) {
    const scenario = /^(.*)-\d{4}-\d\d-\d\dT[\d-]+Z\/checks\.json$/.exec(path)?.[1];
    if (scenario?.startsWith(prefix) !== true) continue;
    const checks = JSON.parse(await readFile(join(folder, path), 'utf8')) as Check[];
    lines.set(scenario.slice(prefix.length), lineOf(counted(checks)));
  }
  return lines;
}

const BY_WEIGHT: readonly Check['status'][] = ['FAILURE', 'WARNING', 'SUCCESS', 'INFO', 'SKIPPED'];

/**
 * Each check once, however often it was made, with the worst that came of it. In a sign-in the suite repeats a check with each
 * request for the same metadata, and how often a client reads that, or registers, is its own affair.
 */
export function worstOfEach(checks: readonly Check[]): readonly Check[] {
  const weighed = checks.toSorted((one, other) => BY_WEIGHT.indexOf(one.status) - BY_WEIGHT.indexOf(other.status));
  const worst = new Map<string, Check>();
  for (const check of weighed) if (!worst.has(check.id)) worst.set(check.id, check);
  return [...worst.values()];
}

function lineOf(checks: readonly Check[]): Line {
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  return {
    passed: count('SUCCESS'),
    failed: count('FAILURE'),
    warned: count('WARNING'),
    problems: checks
      .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
      .map(({ id, status, errorMessage }) => `${status.toLowerCase()} ${id}: ${errorMessage ?? ''}`),
  };
}
