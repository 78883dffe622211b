import type { BindingSecrets, HttpDefinition } from '../../preload/contract/index.ts';

/** The definition as a session of the binding uses it: its headers replace those of the same name, in any case. */
export function withBindingSecrets(definition: HttpDefinition, secrets: BindingSecrets): HttpDefinition {
  const replaced = new Set(Object.keys(secrets).map((name) => name.toLowerCase()));
  const kept = (headers: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => !replaced.has(name.toLowerCase())));
  return { ...definition, headers: kept(definition.headers), secrets: { ...kept(definition.secrets), ...secrets } };
}
