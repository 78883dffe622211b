import { release } from 'node:os';

const PARTS = [
  ['Node.js', 'node'],
  ['Electron', 'electron'],
  ['Chromium', 'chrome'],
  ['V8', 'v8'],
  ['SQLite', 'sqlite'],
  ['OpenSSL', 'openssl'],
] as const;

/** What this process is made of, as far as it says so. */
export function runtimeVersions(
  versions: Readonly<Record<string, string | undefined>> = process.versions,
): { readonly name: string; readonly version: string }[] {
  return PARTS.flatMap(([name, key]) => {
    const version = versions[key];
    return version === undefined ? [] : [{ name, version }];
  });
}

export function platformName(): string {
  return `${process.platform} ${process.arch} ${release()}`;
}
