/**
 * Which connector a name of the aggregate belongs to. A name that could belong to two (`a` + `b__c` and `a__b` + `c`, or
 * two that fold equal) belongs to nobody, and while one of the connectors that it could belong to has not listed its
 * tools, nobody can say: then it belongs to nobody either.
 */
import { foldName } from '../../policy/fold.ts';

const SEPARATOR = '__';
const MAX_NAME_CHARACTERS = 128;
/** MCP tool names that we show; anything else could look like another name. */
const TOOL_NAME = /^[A-Za-z0-9_./-]{1,128}$/;

export interface Route {
  readonly connector: string;
  /** As its server calls it. */
  readonly tool: string;
}

export function fullName({ connector, tool }: Route): string {
  return `${connector}${SEPARATOR}${tool}`;
}

export class ToolNames {
  /** Per connector: folded name → name; `undefined` where two fold equal. */
  private readonly known = new Map<string, ReadonlyMap<string, string | undefined>>();
  /** Per connector: what the folded names of its tools begin with. */
  private readonly prefixes = new Map<string, string>();

  learn(connector: string, tools: Iterable<string>): void {
    const names = new Map<string, string | undefined>();
    for (const tool of tools) {
      // Never to be seen or called, so not worth the memory.
      if (tool === '' || tool.length > MAX_NAME_CHARACTERS) continue;
      const folded = foldName(tool);
      names.set(folded, names.has(folded) ? undefined : tool);
    }
    this.known.set(connector, names);
  }

  isKnown(connector: string): boolean {
    return this.known.has(connector);
  }

  forget(connector: string): void {
    this.known.delete(connector);
  }

  forgetAll(): void {
    this.known.clear();
    this.prefixes.clear();
  }

  /** Those of `connectors` that a tool of this name could be of. */
  candidates(name: string, connectors: readonly string[]): string[] {
    const folded = foldName(name);
    return connectors.filter((connector) => folded.startsWith(this.prefixOf(connector)));
  }

  resolve(name: string, connectors: readonly string[]): Route | undefined {
    if (!TOOL_NAME.test(name)) return undefined;
    const folded = foldName(name);
    let found: Route | undefined;
    for (const connector of this.candidates(name, connectors)) {
      const tools = this.known.get(connector);
      if (tools === undefined) return undefined;
      const rest = folded.slice(this.prefixOf(connector).length);
      if (!tools.has(rest)) continue;
      const tool = tools.get(rest);
      if (tool === undefined || found !== undefined) return undefined;
      found = { connector, tool };
    }
    return found !== undefined && fullName(found) === name ? found : undefined;
  }

  /**
   * Who refuses a call of a name that {@link resolve} gives nobody, so that it is recorded; undefined where it begins as
   * none of `connectors` does. A tool that one connector may hide is asked of it as it is. Any other name (one that could
   * be of two, or is not safe) is told in a form that no session takes for a tool: nothing can be called by it.
   */
  refuser(name: string, connectors: readonly string[]): Route | undefined {
    const candidates = this.candidates(name, connectors);
    const [first] = candidates;
    if (first === undefined) return undefined;
    const start = `${first}${SEPARATOR}`;
    const listed = this.known.get(first);
    const tool = name.slice(start.length);
    const isOfOne = tool !== '' && candidates.length === 1 && name.startsWith(start) && TOOL_NAME.test(name);
    if (isOfOne && listed?.has(foldName(tool)) === false) return { connector: first, tool };
    const nearest = candidates
      .filter((connector) => name.startsWith(`${connector}${SEPARATOR}`))
      .reduce((longest, connector) => (connector.length > longest.length ? connector : longest), '');
    return {
      connector: nearest === '' ? first : nearest,
      tool: `${name.slice(0, MAX_NAME_CHARACTERS).toWellFormed()} (not one tool)`,
    };
  }

  private prefixOf(connector: string): string {
    const known = this.prefixes.get(connector);
    if (known !== undefined) return known;
    const prefix = foldName(`${connector}${SEPARATOR}`);
    this.prefixes.set(connector, prefix);
    return prefix;
  }
}
