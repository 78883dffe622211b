import type { Dialect } from './adapters.ts';
import { parseConfig, type ConfigDocument } from './document.ts';
import { planInstall, type Edit, type Launcher } from './plan.ts';

export interface InstallsPlan {
  /** Undefined: all of them are there. */
  readonly edit: Edit | undefined;
  /** Which connector each key that is written starts. */
  readonly connectors: Readonly<Record<string, string>>;
  readonly present: readonly { readonly connector: string; readonly key: string }[];
}

/** The entries of several connectors as one change. Pure. @throws as `planInstall` does, for the first that cannot be. */
export function planInstalls(
  document: ConfigDocument,
  dialect: Dialect,
  connectors: readonly string[],
  launcher: Launcher,
): InstallsPlan {
  let now = document;
  let edit: Edit | undefined;
  const written: [string, string][] = [];
  const present: { connector: string; key: string }[] = [];
  for (const connector of new Set(connectors)) {
    const plan = planInstall(now, dialect, connector, launcher);
    if (plan.kind === 'present') {
      present.push({ connector, key: plan.key });
      continue;
    }
    const next = parseConfig(plan.edit.bytes, dialect);
    if (next.kind === 'invalid') throw new Error(`an edit of ours does not parse: ${next.problem}`);
    now = next;
    written.push(...plan.edit.keys.map(({ key }): [string, string] => [key, connector]));
    edit = {
      bytes: plan.edit.bytes,
      keys: [...(edit?.keys ?? []), ...plan.edit.keys],
      createdServersKey: (edit?.createdServersKey ?? false) || plan.edit.createdServersKey,
    };
  }
  return { edit, connectors: Object.fromEntries(written), present };
}
