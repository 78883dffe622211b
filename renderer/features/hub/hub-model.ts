/** What the Hub page shows, and the commands that it hands to a terminal. A token is made and shown there, never in a page. */
import type { HubBindingView, HubConfig, HubEndpoint, HubListener } from '../../../preload/contract/hub.ts';

export function targetText({ target }: Pick<HubConfig, 'target'>): string {
  return 'connector' in target ? `connector ${target.connector}` : target.endpoint;
}

/** What whoever holds its token can use. */
export function bindingText({ config }: Pick<HubBindingView, 'config'>): string {
  return config ?? 'all connectors';
}

/** Makes a token, at a terminal. Names of configs are lower case letters, digits, "-" and "_", so they need no quotes. */
export function bindCommand(config: string | null): string {
  return config === null ? 'runlayer hub bind --all' : `runlayer hub bind ${config}`;
}

export const rotateCommand = (binding: string): string => `runlayer hub rotate ${binding}`;

export function listenerText(listener: Pick<HubListener, 'kind'> & HubListener): string {
  return listener.kind === 'socket' ? listener.path : `${listener.address}, port ${listener.port}`;
}

export interface EndpointCard {
  readonly tone: 'good' | 'bad' | 'plain';
  readonly badge: string;
  readonly text: string;
}

export function endpointCard({ state, problem, onDemand }: HubEndpoint): EndpointCard {
  switch (state) {
    case 'listening':
      return {
        tone: 'good',
        badge: 'Listening',
        text: onDemand
          ? 'Only programs on this machine reach it, and only with a token. This companion was started by a command and leaves when nobody uses it; install the app, or run "runlayer serve", so that the address is always there.'
          : 'Only programs on this machine reach it, and only with a token.',
      };
    case 'failed':
      return { tone: 'bad', badge: 'Not listening', text: problem };
    case 'off':
      return { tone: 'plain', badge: 'Off', text: 'It begins to listen when the first token is made.' };
  }
}

/** One pattern in each line. */
export function toolsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

export interface ConfigDraft {
  readonly name: string;
  readonly connector: string;
  readonly tools: string;
  readonly description: string;
}

/** What keeps a draft from being stored, as the contract has it; undefined where nothing does. */
export function draftProblem(
  { name, connector, tools, description }: ConfigDraft,
  taken: readonly string[],
): { readonly at: 'name' | 'connector' | 'tools' | 'description'; readonly text: string } | undefined {
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name))
    return { at: 'name', text: 'Use up to 63 of a-z, 0-9, "-" and "_", and begin with a letter or digit.' };
  if (taken.includes(name)) return { at: 'name', text: 'There is a config of this name already.' };
  if (connector === '') return { at: 'connector', text: 'Choose what it reaches.' };
  const globs = toolsOf(tools);
  if (globs.length === 0) return { at: 'tools', text: 'Name at least one tool, or * for all.' };
  const bad = globs.find((glob) => /\s/.test(glob) || glob.length > 128);
  if (bad !== undefined) return { at: 'tools', text: 'A pattern holds no spaces and has at most 128 characters.' };
  if (description.length > 1024) return { at: 'description', text: 'Use at most 1,024 characters.' };
  return undefined;
}
