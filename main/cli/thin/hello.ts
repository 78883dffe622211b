import { isatty } from 'node:tty';
import { PROTOCOL_VERSION } from '../../transport/wire/frames.ts';

export type HelloKind = 'run' | 'hook' | 'command' | 'operation';

/** The opening message; all of it is only our word. */
export function hello(kind: HelloKind, argv: readonly string[]): Buffer {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) env[name] = value;
  return Buffer.from(
    JSON.stringify({
      v: PROTOCOL_VERSION,
      kind,
      argv,
      env,
      cwd: workingDirectory(),
      tty: isatty(0) && isatty(2),
      cols: process.stdout.columns ?? 0,
      pid: process.pid,
    }),
  );
}

/** A client may start us in a folder that is gone. */
export function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}
