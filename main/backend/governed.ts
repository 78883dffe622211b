/**
 * The bodies and answers of pre and post. What a client or server wrote goes out, and what the tenant wrote comes back, as
 * source text: numbers keep the form in which they were written.
 */
import { isJsonObject } from '../../preload/contract/json.ts';
import type { GovernedRequest, GovernedResult, JsonSource } from '../relay/tenant-gate.ts';
import { sourceAt, type ParsedAnswer } from './parse-answer.ts';
import type { PreAnswer } from './tenant-api.ts';

/** What the journal can hold, and nothing unseen. */
const CORRELATION = /^[\x21-\x7e]{1,256}$/;

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const NULL = Buffer.from('null');

/** A JSON object of members whose values are source text already. */
function object(members: readonly (readonly [string, Buffer])[]): Buffer {
  const parts = members.flatMap(([key, value], at) => [Buffer.from(`${at === 0 ? '{' : ','}"${key}":`), value]);
  return Buffer.concat([...parts, Buffer.from('}')]);
}

function paramsOf({ params }: GovernedRequest): Buffer {
  if (params === undefined) return NULL;
  const { name, arguments: given, meta } = params;
  return object([['name', json(name)], ['arguments', given], ...(meta === undefined ? [] : [['meta', meta] as const])]);
}

export function preBody(request: GovernedRequest): Buffer {
  return object([
    ['method', json(request.method)],
    ['params', paramsOf(request)],
  ]);
}

export function postBody({ request, correlation, result, error }: GovernedResult): Buffer {
  return object([
    ['method', json(request.method)],
    ['params', paramsOf(request)],
    ['result', result ?? NULL],
    ['correlation_id', json(correlation ?? null)],
    // It would stand in the list as if the server had it, and could never be called.
    ['inject_synthetic_tool_on_policy_block', json(false)],
    ['upstream_error', json(error === undefined ? null : { type: error.type, message: error.message })],
  ]);
}

/** Undefined where the member is absent or null. */
function objectAt(answer: ParsedAnswer, key: string): JsonSource | undefined | 'misfit' {
  const { value } = answer;
  const member = answer.members.find((candidate) => candidate.key === key);
  const inner = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  if (member === undefined || inner === null || inner === undefined) return undefined;
  return isJsonObject(inner) ? sourceAt(answer, member.value, inner) : 'misfit';
}

/** A text says what does not fit, as a clause. */
export function readPre(answer: ParsedAnswer): PreAnswer | string {
  if (!isJsonObject(answer.value)) return 'answered a question with something that is no answer';
  const correlation = Object.hasOwn(answer.value, 'correlation_id') ? answer.value['correlation_id'] : undefined;
  if (typeof correlation !== 'string' || !CORRELATION.test(correlation))
    return 'let a call through without a correlation_id that can be used';
  const result = objectAt(answer, 'quick_tool_result');
  if (result === 'misfit') return 'gave a quick_tool_result that is no object';
  const replaced = objectAt(answer, 'modified_args');
  if (replaced === 'misfit') return 'gave modified_args that are no object';
  return {
    correlation,
    ...(result === undefined ? {} : { result }),
    ...(replaced === undefined ? {} : { arguments: replaced }),
  };
}

export type PostAnswer = { readonly value: JsonSource | undefined } | { readonly misfit: string };

/** tools/list: a bare array of tools. */
export function readPostedList(answer: ParsedAnswer): PostAnswer {
  const { value } = answer;
  if (!Array.isArray(value) || !value.every(isJsonObject)) return { misfit: 'gave a list that is no array of tools' };
  return { value: sourceAt(answer, answer.span, value) };
}

/** tools/call: perhaps what takes the place of the result. */
export function readPostedCall(answer: ParsedAnswer): PostAnswer {
  if (!isJsonObject(answer.value)) return { misfit: 'answered a result with something that is no answer' };
  const output = objectAt(answer, 'modified_output');
  if (output === undefined) return { value: undefined };
  if (output === 'misfit' || !isResult(output.value)) return { misfit: 'gave a modified_output that is no result' };
  return { value: output };
}

function isResult(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  const { content, structuredContent } = value;
  const hasContent = content !== undefined && content !== null;
  const hasStructure = structuredContent !== undefined && structuredContent !== null;
  if (!hasContent && !hasStructure) return false;
  return (!hasContent || Array.isArray(content)) && (!hasStructure || isJsonObject(structuredContent));
}
