/**
 * The pin of what a connector is. An update that the package manager's lock vouches for waits for what the server lists then:
 * where nothing of it differs it is agreed to by itself, else it stays to be seen beside what differs. Any other change
 * holds the whole connector back.
 */
import { isJsonObject } from '../../preload/contract/json.ts';
import { definitionOf, type Definition } from './fingerprint.ts';
import { compareIdentities, learned, NO_IDENTITY, updated, type Identity } from './identity.ts';
import { pinKey, pinState, type ConnectorPins, type Pin } from './pins.ts';

const KEY = pinKey('identity', '');

export interface IdentitySight {
  /** The same object as before where nothing has to be written. */
  readonly pins: ConnectorPins;
  /** `first`: nothing was known of it; `same`: also where more is known now; the others where they are new. */
  readonly found: 'first' | 'same' | 'update' | 'other';
}

/**
 * What is there now. First sight is agreed to whatever a setting says of new items: a person has just consented to exactly
 * this command.
 */
export function sightIdentity(pins: ConnectorPins, seen: Identity, at: string): IdentitySight {
  const definition = definitionOf('identity', { ...seen });
  const pin = pins.get(KEY);
  if (pin?.agreed === undefined) {
    return { pins: withPin(pins, { kind: 'identity', name: '', agreed: definition, firstSeenAt: at }), found: 'first' };
  }
  const agreed = identityIn(pin.agreed);
  const found = compareIdentities(agreed, seen);
  if (found === 'same') return { pins: keep(pins, pin, definitionOf('identity', { ...learned(agreed, seen) })), found };
  if (pin.seen?.fingerprint === definition.fingerprint) return { pins, found: 'same' };
  return { pins: withPin(pins, { ...pin, seen: definition, changedAt: at }), found };
}

function keep(pins: ConnectorPins, pin: Pin, agreed: Definition): ConnectorPins {
  if (pin.seen === undefined && pin.agreed?.fingerprint === agreed.fingerprint) return pins;
  const { kind, name, firstSeenAt } = pin;
  return withPin(pins, { kind, name, firstSeenAt, agreed });
}

function withPin(pins: ConnectorPins, pin: Pin): ConnectorPins {
  return new Map(pins).set(KEY, pin);
}

function identityIn({ text }: Definition): Identity {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new Error('an identity that is no object');
  const part = (key: keyof Identity): string | null => {
    const one = value[key];
    return typeof one === 'string' ? one : null;
  };
  return {
    ...NO_IDENTITY,
    command: part('command'),
    path: part('path'),
    sha256: part('sha256'),
    ecosystem: part('ecosystem'),
    package: part('package'),
    version: part('version'),
    integrity: part('integrity'),
    url: part('url'),
  };
}

/** What waits to be agreed to, if anything does. */
function waiting(pins: ConnectorPins): { pin: Pin; agreed: Identity; seen: Identity; change: string } | undefined {
  const pin = pins.get(KEY);
  if (pin?.agreed === undefined || pin.seen === undefined) return undefined;
  const agreed = identityIn(pin.agreed);
  const seen = identityIn(pin.seen);
  return { pin, agreed, seen, change: compareIdentities(agreed, seen) };
}

/** The connector is something else than was agreed to: nothing of it may be used. */
export function isOther(pins: ConnectorPins): boolean {
  const found = waiting(pins);
  return found !== undefined && found.change !== 'update';
}

export interface Update {
  readonly pins: ConnectorPins;
  readonly package: string;
  readonly from: string;
  readonly to: string;
}

/** Agrees to an update that waits, where nothing of the connector differs from what was agreed to; else undefined. */
export function settleUpdate(pins: ConnectorPins): Update | undefined {
  const found = waiting(pins);
  if (found?.change !== 'update') return undefined;
  const { pin, agreed, seen } = found;
  if ([...pins.values()].some((one) => one !== pin && pinState(one) === 'changed')) return undefined;
  return {
    pins: keep(pins, pin, definitionOf('identity', { ...updated(agreed, seen) })),
    package: seen.package ?? '',
    from: agreed.version ?? '',
    to: seen.version ?? '',
  };
}
