import { clientDescriptions } from '../../main/operations/describe-clients.ts';
import { describe, expect, it } from 'vitest';
import { connectorDescriptions } from '../../main/operations/describe-connectors.ts';
import { describeDefinition, describeWeakening, titleOf } from '../../main/operations/describe.ts';
import { describePinAccept } from '../../main/operations/describe-pins.ts';
import { describeGuardSet } from '../../main/operations/describe-guard.ts';
import { ShownConsents } from '../../main/operations/shown-consents.ts';
import { policyDescriptions } from '../../main/operations/describe-policy.ts';
import {
  CompanionError,
  operations,
  type ConsentRequest,
  type OperationInput,
  type OperationName,
  type OwnTarget,
} from '../../preload/contract/index.ts';
import { EMPTY_SETTINGS } from '../../main/settings/schema.ts';
import { memorySettings, memoryVault } from './fakes.ts';
import { secretDescriptions } from '../../main/operations/describe-secrets.ts';
import { SAMPLES } from './sample-inputs.ts';

const describePinAcceptOfNothing = (input: OperationInput<'pins.accept'>) =>
  describePinAccept(input, ({ connector, kind, name }) =>
    input.items.map(({ seen }) => ({
      pin: { connector, kind, name, seen, state: 'changed', firstSeenAt: '2026-01-01T00:00:00.000Z' },
      fields: [],
    })),
  );
const PROGRAM: OwnTarget = {
  kind: 'program',
  argv: ['server'],
  path: '/bin/server',
  realPath: '/bin/server',
  env: [],
  secrets: [],
};
const OF_TENANT: ConsentRequest = {
  connector: 'github',
  hash: 'a',
  target: { kind: 'tenant', host: 'h', server: 's', title: 'T', version: 3, runs: PROGRAM, application: null },
  risks: [],
  default: 'allow',
};
const call = (id: string): string => `call ${id}`;

describe('describeWeakening', () => {
  it('of a sign-in says what it takes the place of, and never the key', () => {
    const host = 'https://acme.example';
    const asked = describeWeakening('tenant.useKey', { host, key: 'rl_canary' }, call);
    expect(JSON.stringify(asked)).not.toContain('rl_canary');
    expect(asked).toMatchObject({ title: `Sign in anew to ${host}?` });
    expect(describeWeakening('tenant.signIn', { host }, call).detail).toBe(asked.detail);
    expect(describeWeakening('tenant.signIn', {}, call).title).toBe('Sign in anew to your default tenant?');
  });

  it('shows the whole of what would start, escaped', () => {
    const definition = {
      command: 'npx',
      args: ['-y', 'a\u001b[2Jb', 'x\u202ey'],
      env: { A: '1' },
      secrets: { T: 'keychain:t' },
      cwd: '/w',
    };
    const lines = describeDefinition(definition, 'allow');
    for (const part of ['npx', '-y', 'default: allow', 'A=1', 'T from keychain:t', 'folder: /w']) {
      expect(lines).toContain(part);
    }
    // eslint-disable-next-line no-control-regex
    expect(lines.join('\n')).not.toMatch(/[\u001b\u202e]/u);
  });

  it('shows the whole of what would be reached, escaped', () => {
    const definition = {
      url: 'https://mcp.example.com/\u202e',
      transport: 'sse' as const,
      headers: { 'X-Team': 'a\u001b[2Jb' },
      secrets: { Authorization: 'Bearer keychain:t' },
      oauth: true,
    };
    expect(describeDefinition(definition, 'allow')).toEqual([
      String.raw`https://mcp.example.com/\u{202e}`,
      '',
      'default: allow',
      'transport: sse',
      String.raw`X-Team: a\u{1b}[2Jb`,
      'Authorization: Bearer keychain:t',
      'sign-in: OAuth, its tokens kept in the keychain',
    ]);
  });

  it('shows the client id of a sign-in, and where its secret is, escaped', () => {
    const server = {
      url: 'https://mcp.example.com/',
      transport: 'sse' as const,
      headers: {},
      secrets: {},
      oauth: true,
    };
    const lines = (oauthClient: { id: string; secret?: string }): string[] =>
      describeDefinition({ ...server, oauthClient }, 'ask');
    expect(lines({ id: 'client\u202e', secret: 'keychain:t' }).slice(-2)).toEqual([
      String.raw`client id: client\u{202e}`,
      'its secret: keychain:t',
    ]);
    expect(lines({ id: 'client' }).at(-1)).toBe('client id: client');
  });

  it('shows the very call that an approval is about', () => {
    expect(describeWeakening('approvals.approve', { id: 'abc' }, call).detail).toBe('call abc');
  });

  it('has words of its own for every operation that weakens', () => {
    const names = Object.keys(operations) as OperationName[];
    const weakening = names.filter((name) => operations[name].weakens !== 'never');
    expect(weakening.length).toBeGreaterThan(3);
    const shown = new ShownConsents();
    for (const mode of ['ask', 'read-only'] as const)
      shown.remember({
        request: { connector: 'files', hash: 'x', target: PROGRAM, risks: [], default: mode },
        definition: { command: 'server', args: [], env: {}, secrets: {} },
      });
    const ofRules = policyDescriptions({ settings: memorySettings(), suggestion: () => undefined });
    const more: Parameters<typeof describeWeakening>[4] = {
      ...ofRules,
      ...secretDescriptions({ settings: memorySettings(), vault: memoryVault() }),
      ...clientDescriptions(() => ({ title: 'Start?', detail: '' })),
      ...connectorDescriptions({
        shown,
        find: () => undefined,
        comesBack: () => false,
      }),
      'pins.accept': describePinAcceptOfNothing,
      'tenant.decide': ({ host, approve }) => ({ title: `${approve} at ${host}`, detail: '' }),
      'guard.set': (input) => describeGuardSet(input, EMPTY_SETTINGS.guard),
    };
    expect(
      titleOf('pins.accept', () => describeWeakening('pins.accept', SAMPLES['pins.accept'], call, undefined, more)),
    ).toContain('Agree');
    const gone = () => {
      throw new CompanionError('E_TOO_LARGE', 'Too long.', 'Fewer.');
    };
    expect(titleOf('pins.accept', gone)).toBe('Carry out pins.accept?');
    for (const name of weakening) {
      const { title } = describeWeakening(name, SAMPLES[name], call, () => OF_TENANT, more);
      expect(title).not.toContain('Carry out');
    }
  });
});
