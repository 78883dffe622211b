import type { HubEndpoint, SecretEntry } from '../../preload/contract/index.ts';
import { createDispatch, type CallContext, type Dispatch, type Handlers } from '../../main/operations/dispatch.ts';
import { hubHandlers, hubWeakeningTests } from '../../main/operations/hub-handlers.ts';
import type { HubParts } from '../../main/operations/hub-parts.ts';
import { CLI, memorySettings, memoryVault, NOW, type MemorySettings } from './fakes.ts';

export const URL_OF_HUB = 'http://127.0.0.1:41234/mcp';
export const EMPTY_ENDPOINT: HubEndpoint = {
  url: null,
  state: 'off',
  problem: '',
  onDemand: false,
  origins: [],
  listeners: [],
};

export interface HubBench {
  readonly handlers: ReturnType<typeof hubHandlers>;
  readonly settings: MemorySettings;
  /** What was recorded: `event detail`. */
  readonly recorded: string[];
  /** What the running hub was told, in order: `started`, `dropped b…`, `listeners`. */
  readonly told: string[];
  /** Through the gate, with or without a yes. */
  readonly dispatch: (name: string, input: unknown, context?: Partial<CallContext>) => ReturnType<Dispatch>;
}

export interface HubScene {
  readonly settings?: MemorySettings;
  readonly stored?: readonly SecretEntry[];
  readonly record?: HubParts['record'];
  /** Runs while the endpoint starts to listen. */
  readonly starting?: () => void | Promise<void>;
  readonly ids?: readonly string[];
  /** Who can reach an address; this machine alone if left out. */
  readonly reach?: NonNullable<HubParts['reach']>;
  /** What the running hub says of itself, each time it is asked; the last stays. */
  readonly states?: readonly HubEndpoint[];
}

/** The hub's operations over settings in memory. Tokens are `rlh_` and 43 times the letter of their turn. */
export function hubBench(scene: HubScene = {}): HubBench {
  const settings = scene.settings ?? memorySettings();
  const recorded: string[] = [];
  const told: string[] = [];
  const ids = [...(scene.ids ?? [])];
  const states = [...(scene.states ?? [])];
  let made = 0;
  let letter = 64;
  const parts: HubParts = {
    settings,
    hub: {
      endpointUrl: async () => {
        told.push('started');
        await scene.starting?.();
        return URL_OF_HUB;
      },
      state: () => (states.length > 1 ? states.shift() : states[0]) ?? EMPTY_ENDPOINT,
      dropBinding: (id) => told.push(`dropped ${id}`),
      listenersChanged: () => {
        told.push('listeners');
        return Promise.resolve();
      },
      sessions: (id) => (id === 'b00000001' ? 2 : 0),
      lastUsedAt: (id) => (id === 'b00000001' ? NOW : undefined),
    },
    vault: memoryVault([...(scene.stored ?? [])]),
    clock: () => NOW,
    reach: scene.reach ?? (() => 'machine'),
    newToken: () => `rlh_${String.fromCodePoint(++letter).repeat(43)}`,
    newId: () => ids.shift() ?? String(++made).padStart(8, '0'),
    record: (event, detail) => {
      scene.record?.(event, detail);
      recorded.push(`${event} ${JSON.stringify(detail)}`);
    },
  };
  const handlers = hubHandlers(parts);
  const dispatch = createDispatch({
    handlers: handlers as Handlers,
    weakens: hubWeakeningTests(settings),
    announce: () => {},
    hold: () => Promise.resolve('allowed'),
    titleOf: () => '',
    holdsAll: false,
  });
  return {
    handlers,
    settings,
    recorded,
    told,
    dispatch: (name, input, context) => dispatch(name, input, { ...CLI, confirmed: false, ...context }),
  };
}
