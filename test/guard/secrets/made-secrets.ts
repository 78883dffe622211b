/**
 * Secrets made from a seed while the tests run: the shapes are those of real ones, and none stands in a file of this project.
 * Each maker is written from the issuer's description and not from the detector.
 */
import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import { crc32 } from 'node:zlib';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';
const HEX = `${DIGITS}abcdef`;
const ALNUM = LOWER + UPPER + DIGITS;
const URL_SAFE = `${ALNUM}-_`;
const BASE64 = `${ALNUM}+/`;
const BASE32 = `${UPPER}234567`;

export class Random {
  #state: string;
  constructor(seed: string) {
    this.#state = seed;
  }
  below(limit: number): number {
    this.#state = createHash('sha256').update(this.#state).digest('hex');
    return Number.parseInt(this.#state.slice(0, 12), 16) % limit;
  }
  of(length: number, alphabet: string = ALNUM): string {
    return Array.from({ length }, () => alphabet.charAt(this.below(alphabet.length))).join('');
  }
  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }
  uuid(): string {
    return [8, 4, 4, 4, 12].map((length) => this.of(length, HEX)).join('-');
  }
}

/** As GitHub describes it: CRC-32 of the random part, in base 62, six characters. */
function checksummed(prefix: string, random: Random): string {
  const body = random.of(30);
  let rest = crc32(body);
  let sum = '';
  const digits = DIGITS + UPPER + LOWER;
  while (rest > 0) {
    sum = digits.charAt(rest % 62) + sum;
    rest = Math.floor(rest / 62);
  }
  return `${prefix}_${body}${sum.padStart(6, '0')}`;
}

function jwt(random: Random, alg: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${part({ alg, typ: 'JWT' })}.${part({ sub: random.of(12), iat: 1_700_000_000 + random.below(9999) })}`;
  return `${head}.${createHmac('sha256', random.of(20)).update(head).digest('base64url')}`;
}

function pem(label: string, random: Random, length: number): string {
  const lines = `MIIE${random.of(length, BASE64)}`.match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----`;
}

const OPENAI_MARK = ['T3', 'Blbk', 'FJ'].join('');
const SLACK_HOOKS = ['hooks', 'slack', 'com'].join('.');

type Make = (random: Random) => string;

/** By format; the letters that services publish are joined here so that no scanner takes this file for a leak. */
export const FORMATS: Readonly<Record<string, Make>> = {
  'aws access key id': (r) => `${r.pick(['AKIA', 'ASIA'])}${r.of(16, BASE32)}`,
  'aws secret': (r) => `aws_secret_access_key = ${r.of(40, BASE64)}`,
  'aws pair': (r) => `AKIA${r.of(16, BASE32)},${r.of(40, BASE64)}`,
  'github classic': (r) => checksummed(r.pick(['ghp', 'gho', 'ghu', 'ghs', 'ghr']), r),
  'github without checksum': (r) => `ghp_${r.of(36)}`,
  'github fine-grained': (r) => `github_pat_${r.of(22)}_${r.of(59)}`,
  gitlab: (r) => `glpat-${r.of(20, URL_SAFE)}`,
  'gitlab runner': (r) => `glrt-${r.of(20, URL_SAFE)}`,
  npm: (r) => checksummed('npm', r),
  'npm without checksum': (r) => `npm_${r.of(36)}`,
  pypi: (r) => `pypi-AgEIcHlwaS5vcmc${r.of(120, URL_SAFE)}`,
  rubygems: (r) => `rubygems_${r.of(48, HEX)}`,
  docker: (r) => `dckr_pat_${r.of(27, URL_SAFE)}`,
  'slack bot': (r) => `xoxb-${r.of(12, DIGITS)}-${r.of(12, DIGITS)}-${r.of(24)}`,
  'slack user': (r) => `xoxp-${r.of(11, DIGITS)}-${r.of(11, DIGITS)}-${r.of(12, DIGITS)}-${r.of(32, HEX)}`,
  'slack app': (r) => `xapp-1-A${r.of(10, UPPER)}-${r.of(13, DIGITS)}-${r.of(64, HEX)}`,
  'slack webhook': (r) =>
    `https://${SLACK_HOOKS}/services/T${r.of(10, UPPER + DIGITS)}/B${r.of(10, UPPER + DIGITS)}/${r.of(24)}`,
  stripe: (r) => `${r.pick(['sk', 'rk'])}_${r.pick(['live', 'test'])}_${r.of(r.pick([24, 99]))}`,
  'stripe webhook': (r) => `whsec_${r.of(32)}`,
  'google api': (r) => `AIza${r.of(35, URL_SAFE)}`,
  'google oauth secret': (r) => `GOCSPX-${r.of(28, URL_SAFE)}`,
  'google oauth token': (r) => `ya29.${r.of(140, URL_SAFE)}`,
  'gcp service account': (r) =>
    JSON.stringify({
      type: 'service_account',
      private_key_id: r.of(40, HEX),
      private_key: pem('PRIVATE KEY', r, 1600),
    }),
  'azure storage': (r) =>
    `DefaultEndpointsProtocol=https;AccountName=${r.of(8, LOWER)};AccountKey=${r.of(86, BASE64)}==;EndpointSuffix=core.windows.net`,
  'azure sas': (r) =>
    `https://${r.of(8, LOWER)}.blob.core.windows.net/c?sv=2022-11-02&ss=b&sp=rl&se=2027-01-01&sig=${encodeURIComponent(`${r.of(43, BASE64)}=`)}`,
  'azure client secret': (r) => `${r.of(3)}8Q~${r.of(34, `${ALNUM}_~.-`)}`,
  'azure service bus': (r) =>
    `Endpoint=sb://${r.of(8, LOWER)}.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=${r.of(43, BASE64)}=`,
  'jwt HS256': (r) => jwt(r, 'HS256'),
  'jwt RS256': (r) => jwt(r, 'RS256'),
  'pem rsa': (r) => pem('RSA PRIVATE KEY', r, 1600),
  'pem pkcs8': (r) => pem('PRIVATE KEY', r, 1600),
  'pem ec': (r) => pem('EC PRIVATE KEY', r, 160),
  'pem encrypted': (r) => pem('ENCRYPTED PRIVATE KEY', r, 1700),
  'pem ed25519': () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim(),
  openssh: (r) => pem('OPENSSH PRIVATE KEY', r, 500).replace('MIIE', 'b3BlbnNzaC1rZXktdjEA'),
  pgp: (r) =>
    `-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n${r.of(64, BASE64)}\n${r.of(64, BASE64)}\n=${r.of(4, BASE64)}\n-----END PGP PRIVATE KEY BLOCK-----`,
  putty: (r) =>
    `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: k\nPublic-Lines: 1\n${r.of(64, BASE64)}\nPrivate-Lines: 1\n${r.of(48, BASE64)}\nPrivate-MAC: ${r.of(64, HEX)}`,
  age: (r) => `AGE-SECRET-KEY-1${r.of(58, 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L')}`,
  openai: (r) => `sk-${r.of(20)}${OPENAI_MARK}${r.of(20)}`,
  'openai project': (r) => `sk-proj-${r.of(74, URL_SAFE)}${OPENAI_MARK}${r.of(74, URL_SAFE)}`,
  anthropic: (r) => `sk-ant-api03-${r.of(93, URL_SAFE)}AA`,
  huggingface: (r) => `hf_${r.of(34, LOWER + UPPER)}`,
  groq: (r) => `gsk_${r.of(52)}`,
  twilio: (r) => `SK${r.of(32, HEX)}`,
  sendgrid: (r) => `SG.${r.of(22, URL_SAFE)}.${r.of(43, URL_SAFE)}`,
  mailgun: (r) => `key-${r.of(32, HEX)}`,
  mailchimp: (r) => `${r.of(32, HEX)}-us${r.below(20) + 1}`,
  telegram: (r) => `${r.of(1, '123456789')}${r.of(9, DIGITS)}:AA${r.of(33, URL_SAFE)}`,
  'discord bot': (r) =>
    `${Buffer.from(`1${r.of(17, DIGITS)}`)
      .toString('base64url')
      .replace(/^./, 'M')}.${r.of(6, URL_SAFE)}.${r.of(38, URL_SAFE)}`,
  'discord webhook': (r) => `https://discord.com/api/webhooks/${r.of(18, DIGITS)}/${r.of(68, URL_SAFE)}`,
  digitalocean: (r) => `dop_v1_${r.of(64, HEX)}`,
  shopify: (r) => `shpat_${r.of(32, HEX)}`,
  square: (r) => `sq0atp-${r.of(22, URL_SAFE)}`,
  databricks: (r) => `dapi${r.of(32, HEX)}`,
  vault: (r) => `hvs.${r.of(95, URL_SAFE)}`,
  terraform: (r) => `${r.of(14)}.atlasv1.${r.of(67, URL_SAFE)}`,
  heroku: (r) => `HEROKU_API_KEY=${r.uuid()}`,
  cloudflare: (r) => `CLOUDFLARE_API_TOKEN=${r.of(40, URL_SAFE)}`,
  linear: (r) => `lin_api_${r.of(40)}`,
  notion: (r) => `ntn_${r.of(11, DIGITS)}${r.of(35)}`,
  'notion old': (r) => `secret_${r.of(43)}`,
  atlassian: (r) => `ATATT3xFfGF0${r.of(180, URL_SAFE)}`,
  sentry: (r) => `sntryu_${r.of(64, HEX)}`,
  figma: (r) => `figd_${r.of(40, URL_SAFE)}`,
  airtable: (r) => `pat${r.of(14)}.${r.of(64, HEX)}`,
  postman: (r) => `PMAK-${r.of(24, HEX)}-${r.of(34, HEX)}`,
  newrelic: (r) => `NRAK-${r.of(27, UPPER + DIGITS)}`,
  grafana: (r) => `glsa_${r.of(32)}_${r.of(8, HEX)}`,
  tailscale: (r) => `tskey-auth-${r.of(12)}-${r.of(32)}`,
  supabase: (r) => `sbp_${r.of(40, HEX)}`,
  hubspot: (r) => `pat-na1-${r.uuid()}`,
  postgres: (r) => `postgres://svc_${r.of(4, LOWER)}:${r.of(16)}@db.internal:5432/app`,
  mongodb: (r) => `mongodb+srv://app:${r.of(14)}@c0.abc.mongodb.net/prod`,
  redis: (r) => `redis://:${r.of(20)}@cache.internal:6379/0`,
  'basic-auth address': (r) => `https://deploy:${r.of(18)}@git.internal.net/x.git`,
  bearer: (r) => `Authorization: Bearer ${r.of(40)}`,
  'basic header': (r) => `Authorization: Basic ${Buffer.from(`svc:${r.of(16)}`).toString('base64')}`,
};

/** Places in which a secret shows up. */
export const CONTEXTS: Readonly<Record<string, (secret: string) => string>> = {
  alone: (s) => s,
  json: (s) => JSON.stringify({ id: 7, note: { value: s } }),
  'json in json': (s) => JSON.stringify({ text: JSON.stringify({ value: s }) }),
  sentence: (s) => `Please use ${s}, it works until Friday.`,
  'env file': (s) => `PORT=80\nVALUE=${s}\nDEBUG=0\n`,
  yaml: (s) => `app:\n  value: "${s}"\n  other: 1\n`,
  code: (s) => `const value = '${s}';\nrun(value);\n`,
  'log line': (s) => `2026-01-02T03:04:05Z INFO [worker-3] using (${s})\n`,
  address: (s) => `https://service.test/run?page=2&value=${s}&x=1`,
  markdown: (s) => `| name | value |\n|---|---|\n| it | \`${s}\` |\n`,
  'escaped line end': (s) => `one\\n${s}\\ntwo`,
  brackets: (s) => `[${s}](${s})`,
};
