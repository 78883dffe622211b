// Whose work is in what we ship, and under which licence: read from the lockfile and the packages themselves when it is built,
// so that the list can be neither forgotten nor invented.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Development tools of which a part is bundled into the interface. */
const BUNDLED = ['@fontsource-variable/inter', 'tailwindcss'];
/** The developer's Node is no part of what is installed. */
const NOT_SHIPPED = /^node-linux-/;
const LICENCE_FILE = /^(?:licen[cs]e|copying|unlicense|notice)(?:[.-].*)?$/i;
const MAX_TEXT = 64 * 1024;

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

function licenceName({ license, licenses }) {
  if (typeof license === 'string') return license;
  if (typeof license?.type === 'string') return license.type;
  if (Array.isArray(licenses)) return licenses.map((one) => one?.type ?? String(one)).join(' OR ');
  return '';
}

function textsOf(directory) {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE_FILE.test(entry.name) && !/\.(?:js|ts|json|html)$/i.test(entry.name))
    .map((entry) => entry.name)
    .sort()
    .map((name) => readFileSync(join(directory, name), 'utf8').replaceAll('\r\n', '\n').trim())
    .join('\n\n')
    .slice(0, MAX_TEXT);
}

/** Paths of the lockfile that are shipped, those of other platforms too. */
export function shippedPaths(lock) {
  return Object.entries(lock.packages)
    .filter(
      ([path, entry]) =>
        path !== '' &&
        !NOT_SHIPPED.test(nameOf(path)) &&
        (!entry.dev || BUNDLED.includes(path.replace('node_modules/', ''))),
    )
    .map(([path]) => path);
}

/** @returns `{name, version, licence, text}` of each package that is shipped and installed here, by name. */
export function collectLicences(root) {
  const lock = readJson(join(root, 'package-lock.json'));
  const found = new Map();
  for (const path of shippedPaths(lock)) {
    const directory = join(root, path);
    // Native packages of other platforms are in the lockfile and not on this machine.
    if (!existsSync(join(directory, 'package.json'))) continue;
    const manifest = readJson(join(directory, 'package.json'));
    const { name = nameOf(path), version = '' } = manifest;
    found.set(`${name}@${version}`, { name, version, licence: licenceName(manifest), text: textsOf(directory) });
  }
  return [...found.values()].sort((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1,
  );
}
