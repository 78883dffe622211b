import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connector, ConnectorView } from '../../preload/contract/index.ts';
import { clientOperations, type ClientOperations, type ClientParts } from '../../main/operations/client-handlers.ts';
import { aMachine, type Machine } from '../clients/machine.ts';
import { memorySettings, memoryVault, NOW, type MemorySettings } from './fakes.ts';

export interface ClientBench extends ClientOperations {
  readonly machine: Machine;
  readonly settings: MemorySettings;
  readonly vault: ReturnType<typeof memoryVault>;
  /** What was recorded, as words. */
  readonly recorded: string[];
  /** Whether the launcher was put in its place, for each look at the machine. */
  readonly launchers: boolean[];
  /** A program on the login shell's PATH. */
  readonly program: string;
}

/** Real files in a home of their own; settings and keychain in memory. */
export async function clientBench(
  over: Partial<ClientParts> & { readonly machine?: Machine; readonly settings?: MemorySettings } = {},
): Promise<ClientBench> {
  const machine = over.machine ?? (await aMachine());
  const settings = over.settings ?? memorySettings();
  const vault = memoryVault();
  const recorded: string[] = [];
  const launchers: boolean[] = [];
  const bin = join(machine.home, 'bin');
  const program = join(bin, 'github-server');
  await mkdir(bin, { recursive: true });
  await writeFile(program, '#!/bin/sh\n');
  await chmod(program, 0o755);
  const parts: ClientParts = {
    settings,
    vault,
    login: { get: () => Promise.resolve({ env: { PATH: bin } }) },
    clock: () => NOW,
    clientEnvironment: (installLauncher) => {
      launchers.push(installLauncher);
      return Promise.resolve(machine.environment);
    },
    seen: () => Promise.resolve({ at: null, sessions: 0 }),
    view: (connector) => Promise.resolve(viewOf(connector)),
    recordConsent: (connector, _hash, by) => recorded.push(`consent ${connector} by ${by}`),
    recordSecret: (name, change, by) => recorded.push(`secret ${name} ${change} by ${by}`),
    recordClient: (client, action, by) => recorded.push(`client ${client} ${action} by ${by}`),
    changed: () => recorded.push('changed'),
    ...over,
  };
  return { ...clientOperations(parts), machine, settings, vault, recorded, launchers, program };
}

function viewOf({ name, default: mode, enabled, createdAt }: Connector): ConnectorView {
  return {
    name,
    target: { kind: 'program', argv: [], envNames: [], secrets: {} },
    default: mode,
    enabled,
    state: 'ready',
    sessions: 0,
    createdAt,
  };
}
