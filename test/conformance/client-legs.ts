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
  /** Sign-ins that cannot be as the direct one, each with its reason; they must pass all the same. */
  readonly explained?: Readonly<Record<string, string>>;
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
    signsIn: true,
    explained: {
      'auth/resource-mismatch':
        'a document about another server is refused before the authorization server that it names is asked anything; the SDK asks that first',
    },
    open: async () => {
      const home = await openHome();
      // Sign-ins and client secrets are kept there: a home of the suite has no keychain.
      await home.must(['secrets', 'vault', 'create'], { input: 'correct horse battery\n' });
      const bridge = (task: string): string =>
        JSON.stringify([process.execPath, script('product-bridge.ts'), task, home.path, '{url}']);
      return {
        env: { CONFORMANCE_BRIDGE: bridge('run'), CONFORMANCE_LOGIN: bridge('login') },
        close: () => home.close(),
      };
    },
  },
];
