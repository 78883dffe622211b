/**
 * Finds out which era a member speaks: asks as a modern client, and begins a legacy conversation where that leads to
 * nothing. By the protocol no single error tells a legacy server, so anything but a good answer does.
 */
import { isJsonObject, type JsonObject } from '../../../preload/contract/json.ts';
import { isLegacyVersion } from '../../transport/http-endpoint/protocol-versions.ts';
import type { Answer } from './own-requests.ts';
import { clientIntroduction, MODERN, ownEnvelope, type Era } from './protocol.ts';

export interface Agreement {
  readonly era: Era;
  readonly hasTools: boolean;
  /** It says when its tools change. */
  readonly tellsChanges: boolean;
}

export interface HandshakeOptions {
  readonly ask: (method: string, params: JsonObject) => Promise<Answer>;
  readonly tell: (method: string) => void;
  readonly schedule: (ms: number, then: () => void) => () => void;
  /** False where it is known that the member takes a probe badly. */
  readonly probe: boolean;
  /** The legacy revision that we would like to speak. */
  readonly legacyVersion: string;
  readonly version: string;
}

/** Some legacy servers say nothing at all to what they do not know. */
const PROBE_MS = 5000;

function agreement(era: Era, result: JsonObject): Agreement {
  const capabilities = isJsonObject(result['capabilities']) ? result['capabilities'] : {};
  const { tools } = capabilities;
  return { era, hasTools: isJsonObject(tools), tellsChanges: isJsonObject(tools) && tools['listChanged'] === true };
}

function asModern(answer: Answer): Agreement | undefined {
  if (answer.kind !== 'result') return undefined;
  const { supportedVersions: versions } = answer.result;
  return Array.isArray(versions) && versions.includes(MODERN) ? agreement('modern', answer.result) : undefined;
}

function asLegacy(answer: Answer): Agreement | undefined {
  if (answer.kind !== 'result') return undefined;
  const { protocolVersion } = answer.result;
  return typeof protocolVersion === 'string' && isLegacyVersion(protocolVersion)
    ? agreement('legacy', answer.result)
    : undefined;
}

/** Resolves to undefined where neither era leads to a conversation. Never rejects. */
export async function agree(options: HandshakeOptions): Promise<Agreement | undefined> {
  const { ask, tell, version } = options;
  let probe: Promise<Agreement | undefined> = Promise.resolve(undefined);
  if (options.probe) {
    probe = ask('server/discover', { _meta: ownEnvelope(version) }).then(asModern);
    const soon = await inTime(probe, options.schedule);
    if (soon !== undefined) return soon;
  }
  const begun = ask('initialize', clientIntroduction(options.legacyVersion, version)).then(asLegacy);
  // A server that starts slowly may still answer the probe, and then takes nothing else.
  const agreed = (await Promise.race([begun, never(probe)])) ?? (await begun) ?? (await probe);
  if (agreed?.era === 'legacy') tell('notifications/initialized');
  return agreed;
}

function inTime<T>(work: Promise<T>, schedule: HandshakeOptions['schedule']): Promise<T | undefined> {
  return new Promise((resolve) => {
    const cancel = schedule(PROBE_MS, () => resolve(undefined));
    void work.then((value) => {
      cancel();
      resolve(value);
    });
  });
}

/** Settles only with a good outcome. */
function never(probe: Promise<Agreement | undefined>): Promise<Agreement> {
  return new Promise((resolve) => {
    void probe.then((agreed) => {
      if (agreed !== undefined) resolve(agreed);
    });
  });
}
