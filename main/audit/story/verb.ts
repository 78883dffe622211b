/**
 * Names of tools as words of a sentence. Nothing is guessed from them: `read_page` becomes "read page" because it says so, and
 * a name that begins with no verb known here is called by its name.
 */

/** Verb, and how it is said of what was done. */
const VERBS: Readonly<Record<string, string>> = {
  add: 'added',
  append: 'appended',
  ask: 'asked',
  browse: 'browsed',
  build: 'built',
  call: 'called',
  cancel: 'cancelled',
  change: 'changed',
  check: 'checked',
  clear: 'cleared',
  click: 'clicked',
  close: 'closed',
  comment: 'commented',
  commit: 'committed',
  copy: 'copied',
  count: 'counted',
  create: 'created',
  delete: 'deleted',
  deploy: 'deployed',
  describe: 'described',
  disable: 'disabled',
  download: 'downloaded',
  drop: 'dropped',
  echo: 'echoed',
  edit: 'edited',
  enable: 'enabled',
  execute: 'executed',
  export: 'exported',
  fetch: 'fetched',
  fill: 'filled',
  find: 'found',
  fork: 'forked',
  get: 'got',
  import: 'imported',
  insert: 'inserted',
  install: 'installed',
  list: 'listed',
  load: 'loaded',
  make: 'made',
  merge: 'merged',
  move: 'moved',
  navigate: 'navigated',
  open: 'opened',
  post: 'posted',
  publish: 'published',
  pull: 'pulled',
  push: 'pushed',
  query: 'queried',
  read: 'read',
  remove: 'removed',
  rename: 'renamed',
  reply: 'replied',
  run: 'ran',
  save: 'saved',
  search: 'searched',
  send: 'sent',
  set: 'set',
  share: 'shared',
  start: 'started',
  stop: 'stopped',
  take: 'took',
  test: 'tested',
  type: 'typed',
  update: 'updated',
  upload: 'uploaded',
  view: 'viewed',
  wait: 'waited',
  write: 'wrote',
};

export interface Phrase {
  /** `read page` */
  readonly past: string;
  /** `read page`, behind "to". */
  readonly bare: string;
}

const MAX_NAME = 60;
/** Words of letters and digits only: anything else is not a name that may become part of a sentence. */
const PLAIN = /^[A-Za-z][A-Za-z0-9]*(?:[_\-./ ][A-Za-z0-9]+)*$/;

/** `read_file`, `readFile`, `fs.read-file`: their words in lower case. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[_\-./ ]/)
    .map((word) => word.toLowerCase());
}

/** How the name of a tool is said; one that begins with no known verb, or is no plain name, is quoted. */
export function phraseOf(name: string): Phrase {
  const [verb = '', ...rest] = PLAIN.test(name) && name.length <= MAX_NAME ? wordsOf(name) : [];
  const past = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (past === undefined) return { past: `used ${quoted(name)}`, bare: `use ${quoted(name)}` };
  return { past: [past, ...rest].join(' '), bare: [verb, ...rest].join(' ') };
}

const MAX_QUOTED = 120;

/** As one text in quotation marks, whatever is in it. */
export function quoted(text: string): string {
  const short = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED).replace(/[\uD800-\uDBFF]$/u, '')}…` : text;
  return JSON.stringify(short);
}
