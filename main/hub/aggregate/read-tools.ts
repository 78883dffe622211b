/** Reads the list of tools of one member, page by page. Every definition keeps its bytes but for the tool's name. */
import { isJsonObject, type JsonObject } from '../../../preload/contract/json.ts';
import type { WireLimits } from '../../relay/limits.ts';
import { elementSpans } from '../../relay/scan-json.ts';
import { memberSpan, splice } from '../../transport/http-endpoint/id-splice.ts';
import type { Conversation } from './member.ts';
import { problems, type Problem } from './problems.ts';
import { fullName } from './tool-names.ts';

export interface ReadTool {
  /** As its server calls it. */
  readonly name: string;
  readonly value: JsonObject;
  /** Source text, with the name that it has in the aggregate. */
  readonly definition: Buffer;
}

/** Passes on each page; `take` answers why no more is wanted. */
export async function readTools(
  connector: string,
  { agreed, ask }: Conversation,
  limits: WireLimits,
  take: (tools: readonly ReadTool[]) => Problem | undefined,
): Promise<Problem | undefined> {
  if (!agreed.hasTools) return undefined;
  const seen = new Set<string>();
  let cursor: string | undefined;
  let count = 0;
  for (let page = 0; page < limits.maxToolPages; page++) {
    const answer = await ask('tools/list', cursor === undefined ? {} : { cursor });
    if (answer.kind === 'failed') return answer.problem;
    if (answer.kind === 'error') return problems.noList(connector);
    const tools = toolsOf(connector, answer.line, answer.result);
    if (tools === undefined) return problems.noList(connector);
    count += tools.length;
    const problem = count > limits.maxTools ? problems.tooMany(connector) : take(tools);
    if (problem !== undefined) return problem;
    const next = answer.result['nextCursor'];
    if (typeof next !== 'string' || seen.has(next)) return undefined;
    seen.add(next);
    cursor = next;
  }
  return undefined;
}

/** Undefined when the page holds no list. What is no tool, or has no name that can be read in one way, is left out. */
function toolsOf(connector: string, line: Buffer, result: JsonObject): ReadTool[] | undefined {
  const { tools } = result;
  const list = memberSpan(line, ['result', 'tools']);
  if (!Array.isArray(tools) || list === undefined) return undefined;
  const spans = elementSpans(line, list);
  if (spans.length !== tools.length) return undefined;
  return tools.flatMap((value: unknown, index): ReadTool[] => {
    const span = spans[index];
    if (span === undefined || !isJsonObject(value) || typeof value['name'] !== 'string') return [];
    const nameSpan = memberSpan(line, ['name'], span);
    if (nameSpan === undefined) return [];
    const { name } = value;
    const text = JSON.stringify(fullName({ connector, tool: name }));
    const within = { start: nameSpan.start - span.start, end: nameSpan.end - span.start };
    return [{ name, value, definition: splice(line.subarray(span.start, span.end), [{ span: within, text }]) }];
  });
}
