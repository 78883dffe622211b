/**
 * A text for a report: what runs here and in what state, as counts and states. No secret and no name of one, no connector, tenant,
 * address, argument or result. Warnings may name files and hosts, so they are redacted, the home is left out, and a person reads
 * the whole before it goes anywhere.
 */
import type { AboutView, SettingsView, Status } from '../../preload/contract/index.ts';
import { displayText } from '../connectors/display.ts';

const MAX_CHARACTERS = 16 * 1024;
const MAX_WARNINGS = 20;
const MAX_WARNING = 400;

export interface DiagnosticsInput {
  readonly about: AboutView;
  readonly status: Status['companion'];
  readonly settings: SettingsView;
  /** A word for each: `program`, `http off`. */
  readonly connectors: readonly string[];
  readonly counts: Readonly<Record<'rules' | 'secrets' | 'bindings' | 'tenants', number>>;
  readonly now: string;
  /** The person's home folder. */
  readonly homeFolder: string;
  /** Takes out every live secret. */
  readonly redact: (text: string) => string;
}

function tally(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, n]) => `${n} ${word}`).join(', ') || 'none';
}

export function diagnosticsText(input: DiagnosticsInput): string {
  const { about, status, settings, connectors, counts } = input;
  const withoutHome = (text: string): string =>
    input.homeFolder.length > 1 ? text.replaceAll(input.homeFolder, '~') : text;
  const { delivery, audit, keychain } = status;
  const lines = [
    `Runlayer Companion ${about.version} (${about.kind}) on ${about.platform}`,
    about.versions.map(({ name, version }) => `${name} ${version}`).join(', '),
    `started ${about.startedAt}, now ${input.now}`,
    `sessions: ${status.sessions}${status.draining ? ', draining' : ''}`,
    `connectors: ${tally(connectors)}`,
    `rules: ${counts.rules}, secrets: ${counts.secrets}, hub bindings: ${counts.bindings}, tenants: ${counts.tenants}`,
    `tenant states: ${tally(status.tenants.map(({ state, credential }) => `${state}/${credential}`))}`,
    `keychain: ${keychain.state}${keychain.backend === null ? '' : ` (${keychain.backend})`}`,
    `audit: ${audit.state}, record ${audit.seq}, ${audit.signing?.signed === true ? 'signed' : 'not signed'}`,
    `delivery: ${delivery.state}, ${delivery.lagEvents} waiting, pressure ${delivery.pressure}, ${delivery.parked} parked`,
    `when a tenant is away: ${status.enforcement}; managed settings: ${settings.managed.file}`,
    `lockdown: ${status.lockdown === null ? 'off' : 'on'}; new items: ${settings.newItems}; held back: ${status.drifted}; waiting: ${status.waitingApprovals}`,
    `warnings: ${status.warnings.length === 0 ? 'none' : ''}`.trimEnd(),
    ...status.warnings
      .slice(0, MAX_WARNINGS)
      .map((text) => `- ${displayText(withoutHome(input.redact(text)).slice(0, MAX_WARNING))}`),
  ];
  return `${lines.join('\n')}\n`.slice(0, MAX_CHARACTERS);
}
