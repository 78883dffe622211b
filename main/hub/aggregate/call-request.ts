/**
 * The text of one tools/call on its way to a member: the tool's own name for the one that the client knows, our id and
 * progress token for the client's, and what the eras of the two say differently. Everything else keeps its bytes.
 */
import { isJsonObject, type JsonObject } from '../../../preload/contract/json.ts';
import type { RequestMessage } from '../../relay/parse-message.ts';
import { idSpan, memberSpan, splice, type Edit } from '../../transport/http-endpoint/id-splice.ts';
import {
  CAPABILITIES_KEY,
  CLIENT_INFO_KEY,
  LOG_LEVEL_KEY,
  VERSION_KEY,
} from '../../transport/http-endpoint/protocol-versions.ts';
import { ownEnvelope, type Era } from './protocol.ts';
import { membersOf, objectText, type SourceMember } from './source-edits.ts';

/** What only modern requests say of themselves. */
const ENVELOPE_KEYS: ReadonlySet<string> = new Set([VERSION_KEY, CAPABILITIES_KEY, CLIENT_INFO_KEY, LOG_LEVEL_KEY]);

export interface CallRoute {
  readonly connector: string;
  /** As the member calls it. */
  readonly tool: string;
  /** Our id and progress token. */
  readonly number: number;
  readonly clientEra: Era;
  readonly memberEra: Era;
}

export interface CallText {
  readonly line: Buffer;
  /** Source text of the client's progress token. */
  readonly token: string | undefined;
}

/** Undefined when the message has two readings. */
export function callForMember(
  message: RequestMessage,
  received: Buffer,
  route: CallRoute,
  version: string,
): CallText | undefined {
  const line = Object.hasOwn(message.params, 'task') ? withoutTask(received) : received;
  const id = idSpan(line, message.id);
  const paramsSpan = memberSpan(line, ['params']);
  if (id === undefined || paramsSpan === undefined) return undefined;
  const params = membersOf(line, paramsSpan);
  const name = params.find(({ key }) => key === 'name');
  if (name === undefined) return undefined;
  const meta = params.find(({ key }) => key === '_meta');
  const given = isJsonObject(message.params['_meta']) && meta !== undefined ? membersOf(line, meta.value) : [];
  const token = tokenOf(message.params, given);
  const edits: Edit[] = [
    { span: id, text: String(route.number) },
    { span: name.value, text: JSON.stringify(route.tool) },
  ];
  if (route.clientEra === route.memberEra) {
    if (token !== undefined) edits.push({ span: token.value, text: String(route.number) });
    const capabilities = given.find(({ key }) => key === CAPABILITIES_KEY);
    if (capabilities !== undefined) edits.push(...withoutExtensions(line, capabilities));
  } else if (meta !== undefined || route.memberEra === 'modern') {
    const kept = given.filter((member) => !ENVELOPE_KEYS.has(member.key) && member !== token);
    const text = objectText(line, kept, {
      ...(token === undefined ? {} : { progressToken: route.number }),
      ...(route.memberEra === 'modern' ? ownEnvelope(version) : {}),
    });
    const start = paramsSpan.start + 1;
    edits.push(
      meta === undefined ? { span: { start, end: start }, text: `"_meta":${text},` } : { span: meta.value, text },
    );
  }
  return {
    line: splice(line, edits),
    token: token === undefined ? undefined : line.toString('utf8', token.value.start, token.value.end),
  };
}

function tokenOf(params: JsonObject, meta: readonly SourceMember[]): SourceMember | undefined {
  const value = isJsonObject(params['_meta']) ? params['_meta']['progressToken'] : undefined;
  return typeof value === 'string' || typeof value === 'number'
    ? meta.find(({ key }) => key === 'progressToken')
    : undefined;
}

/** We offer no tasks, and who does not offer them ignores that one is asked for. */
function withoutTask(line: Buffer): Buffer {
  const span = memberSpan(line, ['params']);
  if (span === undefined) return line;
  const members = membersOf(line, span);
  const kept = members.filter(({ key }) => key !== 'task');
  return kept.length === members.length ? line : splice(line, [{ span, text: objectText(line, kept, {}) }]);
}

/** Extensions are agreed on between two; we offer none. */
function withoutExtensions(line: Buffer, capabilities: SourceMember): Edit[] {
  const members = membersOf(line, capabilities.value);
  const kept = members.filter(({ key }) => key !== 'extensions');
  return kept.length === members.length ? [] : [{ span: capabilities.value, text: objectText(line, kept, {}) }];
}

/** What the client says to take a call back, with our id. */
export function cancelForMember(line: Buffer, number: number): Buffer | undefined {
  const span = memberSpan(line, ['params', 'requestId']);
  return span === undefined ? undefined : splice(line, [{ span, text: String(number) }]);
}
