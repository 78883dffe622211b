/** The command line of `npm run tenant`. Refuses what means nothing, before anything is started. */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { FAULT_KINDS, type Fault } from './faults.ts';

export const HELP = `Usage: npm run tenant -- [options]

Starts the reference tenant on this machine and says how to sign in to it.

  --port <n>         4800 without it; 0: any free one
  --database <file>  kept there; in memory without it
  --empty            nothing seeded
  --json             one line for programs instead of words
  --fault <JSON>     {"route","fault","times"?,"every"?,"after"?}; repeatable
  -h, --help         this help
`;

const FaultLine = z.strictObject({
  route: z.string(),
  fault: z.looseObject({ kind: z.enum(FAULT_KINDS) }),
  times: z.number().int().optional(),
  every: z.number().int().optional(),
  after: z.number().int().optional(),
});

interface FaultOption {
  readonly route: string;
  readonly fault: Fault;
  readonly timing: { readonly times?: number; readonly every?: number; readonly after?: number };
}

export interface ProgramOptions {
  readonly help: boolean;
  readonly port: number;
  readonly database: string | undefined;
  readonly empty: boolean;
  readonly json: boolean;
  readonly faults: readonly FaultOption[];
}

/** The message is one line for a person. */
export class Misuse extends Error {}

function misuse(text: string): Misuse {
  return new Misuse(`${text} See "npm run tenant -- --help".`);
}

function readPort(word: string): number {
  const port = Number(word);
  if (!/^\d{1,5}$/.test(word) || port > 65_535) throw misuse('--port is a number from 0 to 65535.');
  return port;
}

function readFault(line: string): FaultOption {
  let parsed: z.infer<typeof FaultLine>;
  try {
    parsed = FaultLine.parse(JSON.parse(line));
  } catch {
    throw misuse(`--fault is JSON with a route and a fault, whose kind is one of ${FAULT_KINDS.join(', ')}.`);
  }
  const { route, fault, times, every, after } = parsed;
  return {
    route,
    fault: fault as unknown as Fault,
    timing: {
      ...(times === undefined ? {} : { times }),
      ...(every === undefined ? {} : { every }),
      ...(after === undefined ? {} : { after }),
    },
  };
}

const NOTHING: string[] = [];

const OPTIONS = {
  port: { type: 'string', default: '4800' },
  database: { type: 'string' },
  empty: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  fault: { type: 'string', multiple: true, default: NOTHING },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const parse = (argv: readonly string[]) => parseArgs({ args: [...argv], options: OPTIONS }).values;

/** Throws {@link Misuse}. */
export function readOptions(argv: readonly string[]): ProgramOptions {
  const parsed = ((): ReturnType<typeof parse> => {
    try {
      return parse(argv);
    } catch (error) {
      const [text = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
      // Only its first sentence; the rest is about option syntax in general.
      throw misuse(`${text.split('. ')[0]?.replace(/\.$/, '') ?? ''}.`);
    }
  })();
  const { help, database, empty, json } = parsed;
  return { help, port: readPort(parsed.port), database, empty, json, faults: parsed.fault.map(readFault) };
}
