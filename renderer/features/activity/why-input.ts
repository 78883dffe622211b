import type { CallStory } from '../../../preload/contract/activity.ts';
import type { OperationInput } from '../../../preload/contract/operations.ts';

/** What the rules are asked about; undefined for what no rule decides. Without all arguments, it is asked without any. */
export function whyInput({ entry, arguments: whole = '{}' }: CallStory): OperationInput<'policy.explain'> | undefined {
  const { connector, tool, method, client } = entry;
  if (connector === undefined || tool === undefined || tool === '') return undefined;
  const who = client === undefined ? {} : { client: client.slice(0, 256) };
  if (method === 'tools/call' && tool.length <= 256) return { connector, subject: { tool, arguments: whole }, ...who };
  if (method === 'prompts/get' && tool.length <= 256)
    return { connector, subject: { prompt: tool, arguments: whole }, ...who };
  if (method === 'resources/read') return { connector, subject: { resource: tool.slice(0, 8192) }, ...who };
  return undefined;
}
