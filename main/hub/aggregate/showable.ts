/**
 * Whether clients can read a definition. Most refuse a whole list for one tool whose definition is not of the shape that
 * the protocol gives it, and here that would be the tools of every connector.
 */
import { ToolSchema } from '@modelcontextprotocol/sdk/types.js';
import { isJsonObject, type JsonObject } from '../../../preload/contract/json.ts';
import type { Era } from './protocol.ts';

export function isShowable(definition: JsonObject, era: Era): boolean {
  if (ToolSchema.safeParse(definition).success) return true;
  const { outputSchema, ...rest } = definition;
  // In the modern era results need not be objects.
  return era === 'modern' && isJsonObject(outputSchema) && ToolSchema.safeParse(rest).success;
}
