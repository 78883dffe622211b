/**
 * Lines for `eval "$(runlayer hub env)"` in sh, bash and zsh. Each is whole in itself and ends with `;`, so that a shell
 * that joins the lines reads the same; there are no comments, because an interactive zsh would run them. Names that come
 * from outside are checked or quoted.
 */
import type { HubBindingView } from '../../preload/contract/index.ts';
import { shellWord } from './shell-text.ts';

export function urlLine(url: string): string {
  return `export RL_MCP_URL=${shellWord(url)};\n`;
}

/** What a person knows a binding by. */
export function bindingLabel({ id, config, client }: Pick<HubBindingView, 'id' | 'config' | 'client'>): string {
  return `${config ?? 'all connectors'} (${id}${client === undefined ? '' : `, ${client}`})`;
}

/** Exports the variable where it has a value, and says where one comes from where it has none. */
export function keepLine(binding: Pick<HubBindingView, 'id' | 'config' | 'client' | 'variable'>): string {
  const { id, variable } = binding;
  const hint = `${variable} is not set. The token of ${bindingLabel(binding)} was shown when it was made; "runlayer hub rotate ${id}" makes a new one.`;
  return `if [ -n "\${${variable}-}" ]; then export ${variable}; else echo ${shellWord(hint)} >&2; fi;\n`;
}

export function tokenLine({ variable }: Pick<HubBindingView, 'variable'>, token: string): string {
  return `export ${variable}=${shellWord(token)};\n`;
}
