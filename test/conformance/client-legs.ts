/** The ways from a client to the suite's server that are compared. */
import { fileURLToPath } from 'node:url';
import { openHome } from '../journeys/companion-home.ts';

export interface ClientWay {
  /** Variables for the driver: CONFORMANCE_BRIDGE, and CONFORMANCE_LOGIN where `signsIn`. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface ClientLeg {
  readonly name: string;
  readonly way: string;
  /** It can sign in, so that the auth/* scenarios are judged too. */
  readonly signsIn?: boolean;
  /** Left out unless it is asked for by name. */
  readonly onlyIfAsked?: boolean;
  open(): Promise<ClientWay>;
}

function script(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

async function nothing(): Promise<void> {}

/** The first one is what the others are compared with. */
export const CLIENT_LEGS: readonly ClientLeg[] = [
  { name: 'direct', way: 'SDK client → suite', signsIn: true, open: async () => ({ env: {}, close: nothing }) },
  {
    name: 'sdk-bridge',
    way: 'SDK client → two SDK transports → suite',
    onlyIfAsked: true,
    open: async () => ({
      env: { CONFORMANCE_BRIDGE: JSON.stringify([process.execPath, script('sdk-bridge.ts'), '{url}']) },
      close: nothing,
    }),
  },
  {
    name: 'run',
    way: 'SDK client → runlayer run → companion → suite',
    open: async () => {
      const home = await openHome();
      const bridge = JSON.stringify([process.execPath, script('product-bridge.ts'), 'run', home.path, '{url}']);
      return { env: { CONFORMANCE_BRIDGE: bridge }, close: () => home.close() };
    },
  },
];
