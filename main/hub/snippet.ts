/**
 * How a binding is registered with a client. Every form names the variable that holds the token, never the token: what
 * the client keeps in its file is the name. A client that knows no such form is refused.
 */
import { CompanionError, type ClientId, type HubBinding } from '../../preload/contract/index.ts';
import { shellWord } from './shell-text.ts';

export interface Snippet {
  /** Undefined where `text` is a command for a shell. */
  readonly file: string | undefined;
  readonly text: string;
  /** What the person must know besides. */
  readonly note: string;
}

interface Entry {
  readonly name: string;
  readonly url: string;
  readonly variable: string;
}

const FROM_ENVIRONMENT = (variable: string): string =>
  `The client reads ${variable} from the environment that it is started in.`;

const document = (value: object): string => JSON.stringify(value, null, 2);

/** `read`: how the client's file names a variable. */
function bearer(read: string): { readonly Authorization: string } {
  return { Authorization: `Bearer ${read}` };
}

function vscode({ name, url, variable }: Entry): Snippet {
  const id = variable.toLowerCase().replaceAll('_', '-');
  return {
    file: 'mcp.json of VS Code ("MCP: Open User Configuration")',
    text: document({
      inputs: [{ type: 'promptString', id, description: `Token of the hub binding ${name}`, password: true }],
      servers: { [name]: { type: 'http', url, headers: bearer(`\${input:${id}}`) } },
    }),
    note: 'VS Code asks for the token once and keeps it in its secret storage.',
  };
}

const FORMS: { readonly [C in ClientId]?: (entry: Entry) => Snippet } = {
  // The quotes keep the shell from putting the value in: Claude Code looks it up itself at each start.
  claude_code: ({ name, url, variable }) => ({
    file: undefined,
    text: `claude mcp add --transport http ${name} ${shellWord(url)} --header 'Authorization: Bearer \${${variable}}'`,
    note: FROM_ENVIRONMENT(variable),
  }),
  codex: ({ name, url, variable }) => ({
    file: undefined,
    text: `codex mcp add ${name} --url ${shellWord(url)} --bearer-token-env-var ${variable}`,
    note: FROM_ENVIRONMENT(variable),
  }),
  cursor: ({ name, url, variable }) => ({
    file: '~/.cursor/mcp.json',
    text: document({ mcpServers: { [name]: { url, headers: bearer(`\${env:${variable}}`) } } }),
    note: FROM_ENVIRONMENT(variable),
  }),
  windsurf: ({ name, url, variable }) => ({
    file: '~/.codeium/windsurf/mcp_config.json',
    text: document({ mcpServers: { [name]: { serverUrl: url, headers: bearer(`\${env:${variable}}`) } } }),
    note: FROM_ENVIRONMENT(variable),
  }),
  // Gemini makes `mcp_<server>_<tool>` of it and cuts at the wrong "_" where the server's name has one.
  gemini_cli: ({ name, url, variable }) => ({
    file: '~/.gemini/settings.json',
    text: document({
      mcpServers: { [name.replaceAll('_', '-')]: { httpUrl: url, headers: bearer(`\${${variable}}`) } },
    }),
    note: FROM_ENVIRONMENT(variable),
  }),
  qwen_code: ({ name, url, variable }) => ({
    file: '~/.qwen/settings.json',
    text: document({
      mcpServers: { [name.replaceAll('_', '-')]: { httpUrl: url, headers: bearer(`\${${variable}}`) } },
    }),
    note: FROM_ENVIRONMENT(variable),
  }),
  opencode: ({ name, url, variable }) => ({
    file: '~/.config/opencode/opencode.json',
    text: document({ mcp: { [name]: { type: 'remote', url, headers: bearer(`{env:${variable}}`), enabled: true } } }),
    note: FROM_ENVIRONMENT(variable),
  }),
  vscode,
  vscode_insiders: vscode,
};

export const SNIPPET_CLIENTS: readonly string[] = Object.keys(FORMS);

/** The name that a binding has in a client. */
function entryName({ config }: Pick<HubBinding, 'config'>): string {
  return config ?? 'runlayer';
}

/** @throws CompanionError E_CLIENT_UNKNOWN for a client that cannot be given a token by name. */
export function snippetFor(client: ClientId, binding: Pick<HubBinding, 'config' | 'variable'>, url: string): Snippet {
  const form = FORMS[client];
  if (form !== undefined) return form({ name: entryName(binding), url, variable: binding.variable });
  const next =
    client === 'claude_desktop'
      ? 'It starts programs only: use "runlayer setup install --client claude_desktop --connector <name>".'
      : `Let it start the program ~/.runlayer/bin/runlayer with "run <connector>". These can be given a token: ${SNIPPET_CLIENTS.join(', ')}.`;
  throw new CompanionError(
    'E_CLIENT_UNKNOWN',
    `No form is known in which ${client} keeps a token out of its file.`,
    next,
    {
      exitCode: 2,
    },
  );
}
