import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDispatch, type CallContext, type Dispatch, type Handlers } from '../../main/operations/dispatch.ts';
import type { HeldAnswer } from '../../main/operations/held-questions.ts';
import {
  CompanionError,
  operations,
  type Caller,
  type CompanionEvent,
  type OperationName,
  type Weakens,
} from '../../preload/contract/index.ts';
import { needsPins } from '../../main/operations/needs-pins.ts';
import { SAMPLES } from './sample-inputs.ts';

/** Pinned by hand: an operation that becomes reachable from elsewhere, or no longer weakens, must be seen here. */
const EXPECTED: Readonly<Record<OperationName, readonly [callers: string, weakens: Weakens]>> = {
  'status.get': ['cli ui shell', 'never'],
  'host.handOver': ['cli', 'never'],
  'interface.link': ['cli shell', 'never'],
  'connectors.list': ['cli ui shell', 'never'],
  'connectors.get': ['cli ui shell', 'never'],
  'connectors.preview': ['cli ui', 'never'],
  'connectors.save': ['cli ui', 'always'],
  'connectors.definition': ['cli', 'never'],
  'connectors.editable': ['cli ui', 'never'],
  'connectors.remove': ['cli ui', 'depends'],
  'connectors.enable': ['cli ui', 'always'],
  'connectors.disable': ['cli ui shell', 'never'],
  'connectors.test': ['cli ui', 'depends'],
  'connectors.check': ['cli ui', 'depends'],
  'connectors.health': ['cli ui shell', 'never'],
  'connectors.signIn': ['cli ui', 'never'],
  'connectors.signInResult': ['cli ui', 'never'],
  'connectors.signOut': ['cli ui', 'never'],
  'connectors.logs': ['cli ui shell', 'never'],
  'connectors.catalogue': ['cli ui shell', 'never'],
  'connectors.draft': ['cli ui', 'never'],
  'connectors.install': ['cli ui', 'always'],
  'connectors.tools': ['cli ui shell', 'never'],
  'connectors.setTool': ['cli ui', 'depends'],
  'connectors.callTool': ['cli ui', 'depends'],
  'tenant.list': ['cli ui shell', 'never'],
  'tenant.signIn': ['cli ui shell', 'depends'],
  'tenant.signInResult': ['cli ui shell', 'never'],
  'tenant.signInCancel': ['cli ui shell', 'never'],
  'tenant.useKey': ['cli', 'depends'],
  'tenant.signOut': ['cli ui shell', 'never'],
  'tenant.status': ['cli ui shell', 'never'],
  'tenant.servers': ['cli ui shell', 'never'],
  'tenant.preview': ['cli ui', 'never'],
  'tenant.accept': ['cli ui', 'always'],
  'tenant.approvals': ['cli ui shell', 'never'],
  'tenant.decide': ['cli ui', 'depends'],
  'audit.delivery': ['cli ui shell', 'never'],
  'audit.setEndpoint': ['cli ui', 'always'],
  'preferences.get': ['cli ui shell', 'never'],
  'preferences.set': ['cli ui shell', 'never'],
  'updates.get': ['cli ui shell', 'never'],
  'policy.list': ['cli ui shell', 'never'],
  'policy.add': ['cli ui', 'depends'],
  'policy.remove': ['cli ui', 'depends'],
  'policy.chains': ['cli ui shell', 'never'],
  'policy.addChain': ['cli ui', 'never'],
  'policy.removeChain': ['cli ui', 'always'],
  'policy.export': ['cli ui shell', 'never'],
  'policy.import': ['cli ui', 'depends'],
  'policy.lint': ['cli ui shell', 'never'],
  'policy.explain': ['cli ui shell', 'never'],
  'policy.replay': ['cli ui shell', 'never'],
  'policy.suggest': ['cli ui shell', 'never'],
  'policy.apply': ['cli ui', 'always'],
  'policy.undoes': ['cli ui shell', 'never'],
  'policy.undo': ['cli ui', 'always'],
  'policy.view': ['cli ui shell', 'never'],
  'policy.decided': ['cli ui shell', 'never'],
  'policy.names': ['cli ui shell', 'never'],
  'policy.validate': ['cli ui shell', 'never'],
  'policy.fromCall': ['cli ui shell', 'never'],
  'policy.fromApproval': ['cli ui shell', 'never'],
  'policy.preview': ['cli ui shell', 'never'],
  'policy.previewImport': ['cli ui shell', 'never'],
  'policy.update': ['cli ui', 'depends'],
  'policy.setDefault': ['cli ui', 'depends'],
  'guard.view': ['cli ui shell', 'never'],
  'guard.scan': ['cli', 'never'],
  'guard.settings': ['cli ui shell', 'never'],
  'guard.set': ['cli ui', 'depends'],
  'guard.canary': ['cli', 'never'],
  'guard.canaries': ['cli ui shell', 'never'],
  'guard.removeCanary': ['cli', 'always'],
  'pins.list': ['cli ui shell', 'never'],
  'pins.diff': ['cli ui shell', 'never'],
  'pins.accept': ['cli ui', 'always'],
  'pins.reset': ['cli ui', 'always'],
  'pins.newItems': ['cli ui', 'depends'],
  'grants.list': ['cli ui shell', 'never'],
  'grants.revoke': ['cli ui shell', 'never'],
  'lockdown.on': ['cli ui shell', 'never'],
  'lockdown.off': ['cli ui shell', 'always'],
  'settings.get': ['cli ui shell', 'never'],
  'about.get': ['cli ui shell', 'never'],
  'about.licences': ['cli ui shell', 'never'],
  'about.licence': ['cli ui shell', 'never'],
  'about.diagnostics': ['cli ui shell', 'never'],
  'audit.verify': ['cli ui shell', 'never'],
  'audit.verification': ['cli ui shell', 'never'],
  'audit.verifyCancel': ['cli ui shell', 'never'],
  'secrets.list': ['cli ui shell', 'never'],
  'secrets.set': ['cli ui', 'depends'],
  'secrets.remove': ['cli ui', 'depends'],
  'secrets.keychain': ['cli ui shell', 'never'],
  'secrets.createVault': ['cli ui', 'depends'],
  'secrets.unlock': ['cli ui', 'never'],
  'hub.configs.list': ['cli ui shell', 'never'],
  'hub.configs.get': ['cli ui shell', 'never'],
  'hub.configs.create': ['cli ui', 'depends'],
  'hub.configs.update': ['cli ui', 'depends'],
  'hub.configs.delete': ['cli ui', 'never'],
  'hub.bind': ['cli', 'always'],
  'hub.binds': ['cli ui shell', 'never'],
  'hub.rotate': ['cli', 'always'],
  'hub.revoke': ['cli ui shell', 'never'],
  'hub.endpoint': ['cli ui shell', 'never'],
  'hub.listen.add': ['cli', 'always'],
  'hub.listen.remove': ['cli ui shell', 'never'],
  'hub.origins.allow': ['cli', 'always'],
  'hub.origins.refuse': ['cli ui shell', 'never'],
  'identity.verify': ['cli', 'never'],
  'approvals.list': ['cli ui shell window', 'never'],
  'approvals.approve': ['cli window', 'always'],
  'approvals.deny': ['cli ui shell window', 'never'],
  'approvals.pause': ['cli ui shell window', 'never'],
  'approvals.resume': ['cli ui shell window', 'depends'],
  'approvals.paused': ['cli ui shell window', 'never'],
  'held.list': ['ui shell window', 'never'],
  'held.answer': ['window', 'never'],
  'held.refuse': ['ui shell window', 'never'],
  'review.open': ['ui shell', 'never'],
  'review.leave': ['ui', 'never'],
  'logs.query': ['cli ui shell', 'never'],
  'activity.search': ['cli ui shell', 'never'],
  'activity.histogram': ['cli ui shell', 'never'],
  'activity.values': ['cli ui shell', 'never'],
  'activity.call': ['cli ui shell', 'never'],
  'activity.task': ['cli ui shell', 'never'],
  'activity.export': ['cli ui', 'never'],
  'jobs.list': ['cli ui shell', 'never'],
  'jobs.get': ['cli ui shell', 'never'],
  'jobs.cancel': ['cli ui', 'never'],
  'clients.list': ['cli ui shell', 'never'],
  'clients.preview': ['cli ui', 'never'],
  'clients.connect': ['cli ui', 'never'],
  'clients.disconnect': ['cli ui', 'never'],
  'clients.undoPreview': ['cli ui', 'never'],
  'clients.undo': ['cli ui', 'depends'],
  'clients.found': ['cli ui', 'never'],
  'clients.bringInPreview': ['cli ui', 'never'],
  'clients.bringIn': ['cli ui', 'always'],
  'firstRun.state': ['cli ui shell', 'never'],
  'firstRun.finish': ['cli ui', 'never'],
};
const NAMES = Object.keys(EXPECTED) as OperationName[];
const CALLERS: readonly Caller[] = ['cli', 'ui', 'shell', 'window'];

interface Bench {
  readonly dispatch: Dispatch;
  /** Names of the handlers that ran. */
  readonly ran: string[];
  readonly events: CompanionEvent[];
}

function bench(options: Partial<Parameters<typeof createDispatch>[0]> = {}): Bench {
  const ran: string[] = [];
  const events: CompanionEvent[] = [];
  const handlers = Object.fromEntries(
    NAMES.map((name) => [
      name,
      (): string => {
        ran.push(name);
        return `did ${name}`;
      },
    ]),
  ) as unknown as Handlers;
  const dispatch = createDispatch({
    handlers,
    weakens: {},
    announce: (event) => events.push(event),
    hold: () => Promise.resolve('allowed'),
    titleOf: (name) => `Do ${name}?`,
    holdsAll: false,
    ...options,
  });
  return { dispatch, ran, events };
}

const context = (over: Partial<CallContext> = {}): CallContext => ({
  caller: 'cli',
  confirmed: false,
  tty: false,
  by: 'test',
  ...over,
});

/** The code of the refusal, or undefined where it was carried out. */
async function refusal(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => {
      if (!(error instanceof CompanionError)) throw error;
      expect(error.next).not.toBe('');
      expect(error.exitCode).toBe(2);
      return error.code;
    },
  );
}

describe('the list of operations', () => {
  it('is the pinned one', () => {
    const actual = Object.entries(operations).map(([name, { callers, weakens }]) => [
      name,
      [callers.join(' '), weakens],
    ]);
    expect(Object.fromEntries(actual)).toEqual(EXPECTED);
  });
});

describe('who may call', () => {
  for (const name of NAMES) {
    for (const caller of CALLERS) {
      const allowed = EXPECTED[name][0].split(' ').includes(caller);
      it(`${caller} ${allowed ? 'may' : 'may not'} call ${name}`, async () => {
        const { dispatch, ran } = bench();
        const code = await refusal(dispatch(name, SAMPLES[name], context({ caller, confirmed: true })));
        expect(code).toBe(allowed ? undefined : 'E_NOT_ALLOWED');
        expect(ran).toEqual(allowed ? [name] : []);
      });
    }
  }
});

describe('what weakens protection', () => {
  for (const name of NAMES) {
    const weakens = EXPECTED[name][1];
    it(`${name} (${weakens}) ${weakens === 'never' ? 'needs no' : 'needs a'} yes`, async () => {
      const { dispatch, ran, events } = bench();
      const [first] = EXPECTED[name][0].split(' ');
      if (first !== 'cli' && weakens === 'never') return;
      const code = await refusal(dispatch(name, SAMPLES[name], context()));
      expect(code).toBe(weakens === 'never' ? undefined : 'E_CONFIRMATION');
      expect(ran).toEqual(weakens === 'never' ? [name] : []);
      expect(events).toEqual([]);
    });
  }

  it('is announced after it was carried out, and only then', async () => {
    const { dispatch, events } = bench();
    await expect(dispatch('policy.add', SAMPLES['policy.add'], context({ confirmed: true }))).resolves.toBe(
      'did policy.add',
    );
    expect(events).toEqual([{ type: 'weakened', operation: 'policy.add', text: 'Do policy.add?', caller: 'test' }]);
    events.length = 0;
    await dispatch('policy.list', {}, context({ confirmed: true }));
    expect(events).toEqual([]);
  });

  it('is not announced where the handler failed', async () => {
    const { events, dispatch } = bench({
      handlers: {
        'policy.add': () => {
          throw new CompanionError('E_X', 'no', 'n', { exitCode: 2 });
        },
      } as unknown as Handlers,
    });
    expect(await refusal(dispatch('policy.add', SAMPLES['policy.add'], context({ confirmed: true })))).toBe('E_X');
    expect(events).toEqual([]);
  });

  it.each([
    [true, 'E_CONFIRMATION'],
    [false, undefined],
  ])('"depends" asks the test about the parsed input (%s)', async (answer, code) => {
    const seen: unknown[] = [];
    const { dispatch } = bench({
      weakens: {
        'policy.add': (input) => {
          seen.push(input);
          return answer;
        },
      },
    });
    expect(await refusal(dispatch('policy.add', SAMPLES['policy.add'], context()))).toBe(code);
    expect(seen).toEqual([SAMPLES['policy.add']]);
  });

  it('counts as weakening where its test fails', async () => {
    const { dispatch, ran } = bench({
      weakens: {
        'policy.add': () => {
          throw new Error('cannot tell');
        },
      },
    });
    await expect(dispatch('policy.add', SAMPLES['policy.add'], context())).rejects.toThrow('cannot tell');
    expect(ran).toEqual([]);
  });

  it('begins nothing before what it needs is known', async () => {
    const known = Promise.withResolvers<void>();
    const { dispatch, ran } = bench({ ready: async (name) => (needsPins(name) ? known.promise : undefined) });
    const listed = dispatch('pins.list', SAMPLES['pins.list'], context());
    await dispatch('policy.list', SAMPLES['policy.list'], context());
    expect(ran).toEqual(['policy.list']);
    known.resolve();
    await listed;
    expect(ran).toEqual(['policy.list', 'pins.list']);
  });

  it('asks in the window about the very tenant that is signed in to then, whatever becomes the default meanwhile', async () => {
    const shown: unknown[] = [];
    const given: unknown[] = [];
    let defaultHost = 'https://acme.example';
    const handlers = { 'tenant.signIn': (input: unknown) => void given.push(input) } as unknown as Handlers;
    const { dispatch } = bench({
      handlers,
      completes: { 'tenant.signIn': (input) => ({ ...input, host: defaultHost }) },
      weakens: { 'tenant.signIn': ({ host }) => host === 'https://acme.example' },
      holdsAll: true,
      hold: (_, input) => {
        shown.push(input);
        defaultHost = 'https://globex.example';
        return Promise.resolve('allowed');
      },
    });
    await dispatch('tenant.signIn', {}, context({ confirmed: true }));
    expect(shown).toEqual([{ host: 'https://acme.example' }]);
    expect(given).toEqual(shown);
  });

  it('needs the window too where there is one, after the caller said yes, and only then', async () => {
    const asked: string[] = [];
    let answer: HeldAnswer = 'refused';
    const { dispatch, ran } = bench({
      holdsAll: true,
      hold: (name) => {
        asked.push(name);
        return Promise.resolve(answer);
      },
    });
    const save = (confirmed: boolean): Promise<string | undefined> =>
      refusal(dispatch('connectors.save', SAMPLES['connectors.save'], context({ confirmed })));
    expect(await save(false)).toBe('E_CONFIRMATION');
    expect(asked).toEqual([]);
    expect(await save(true)).toBe('E_DECLINED');
    expect(ran).toEqual([]);
    answer = 'allowed';
    expect(await save(true)).toBeUndefined();
    expect(await refusal(dispatch('policy.list', {}, context()))).toBeUndefined();
    expect(asked).toEqual(['connectors.save', 'connectors.save']);
  });

  it.each<[Caller, HeldAnswer, string | undefined]>([
    ['ui', 'allowed', undefined],
    ['ui', 'refused', 'E_DECLINED'],
    ['ui', 'timeout', 'E_DECLINED'],
    ['ui', 'quit', 'E_DECLINED'],
    ['shell', 'refused', 'E_DECLINED'],
  ])('is held for a person when %s wants it, whatever it says of itself (%s)', async (caller, answer, code) => {
    const held: unknown[] = [];
    const { dispatch, ran } = bench({
      hold: (name, input, by) => {
        held.push([name, input, by]);
        return Promise.resolve(answer);
      },
    });
    const call = dispatch('lockdown.off', {}, context({ caller, confirmed: true }));
    expect(await refusal(call)).toBe(code);
    expect(held).toEqual([['lockdown.off', {}, 'test']]);
    expect(ran).toEqual(code === undefined ? ['lockdown.off'] : []);
  });

  it('is a person’s answer where our own window calls it: nothing is held twice', async () => {
    const { dispatch, ran } = bench({ holdsAll: true, hold: () => Promise.resolve('refused') });
    const call = dispatch('approvals.approve', SAMPLES['approvals.approve'], context({ caller: 'window' }));
    expect(await refusal(call)).toBeUndefined();
    expect(ran).toEqual(['approvals.approve']);
  });
});

describe('input', () => {
  it.each(['', 'nope', '__proto__', 'constructor', 'toString', 'policy.add '])('unknown operation %j', async (name) => {
    const { dispatch } = bench();
    expect(await refusal(dispatch(name, {}, context({ confirmed: true })))).toBe('E_OPERATION_UNKNOWN');
  });

  it.each<[OperationName, unknown]>([
    ['connectors.get', undefined],
    ['connectors.get', null],
    ['connectors.get', {}],
    ['connectors.get', { name: 'UPPER' }],
    ['connectors.get', { name: '' }],
    ['connectors.get', { name: 'x'.repeat(64) }],
    ['connectors.get', { name: '../x' }],
    ['connectors.get', { name: 'x', more: 1 }],
    ['connectors.logs', { name: 'x', lines: 0 }],
    ['connectors.logs', { name: 'x', lines: Number.NaN }],
    ['connectors.logs', { name: 'x', lines: 1.5 }],
    ['policy.add', { effect: 'allow', connector: 'x', tool: 'a b' }],
    ['policy.add', { effect: 'allow', connector: 'x', tool: '\u001b[2J' }],
    ['policy.add', { effect: 'allow', connector: 'x', tool: 'a'.repeat(129) }],
    ['policy.add', { effect: 'permit', connector: 'x', tool: 'a' }],
    ['secrets.set', { name: 'x', value: '' }],
    ['secrets.set', { name: 'x', value: 'v'.repeat(65_537) }],
    ['secrets.createVault', { passphrase: 'short' }],
    ['logs.query', { limit: 10_001 }],
    ['logs.query', { since: 'yesterday' }],
    ['activity.search', { filter: { text: 'x'.repeat(16_385), show: 'all', events: false } }],
    ['activity.search', { filter: { text: '', show: 'all', events: false }, limit: 201 }],
    ['activity.search', { filter: { text: '', show: 'all', events: false }, offset: -1 }],
    ['activity.histogram', { filter: { text: '', show: 'all', events: false }, buckets: 121 }],
    ['activity.export', { format: 'csv', filter: { text: '', show: 'all', events: false }, path: '/tmp/x' }],
    ['clients.connect', { client: 'zed', connectors: ['x'] }],
    ['clients.connect', { client: 'cursor', connectors: [] }],
  ])('%s refuses %j', async (name, input) => {
    const { dispatch, ran } = bench();
    expect(await refusal(dispatch(name, input, context({ confirmed: true })))).toBe('E_INPUT');
    expect(ran).toEqual([]);
  });

  it('says where and what, and never repeats a value', async () => {
    const { dispatch } = bench();
    const call = dispatch('secrets.set', { name: 'bad name', value: 'hunter2-hunter2' }, context());
    await expect(call).rejects.toMatchObject({
      message: '"name" does not fit: a secret name is 1 to 128 letters, digits, ".", "-" and "_".',
    });
    const long = dispatch('secrets.set', { name: 'n', value: 'hunter2'.repeat(20_000) }, context());
    await expect(long).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') as string });
  });

  const server = { url: 'https://x.example/', transport: 'sse', headers: {}, secrets: {}, oauth: false };
  const program = { command: 'x', args: [], env: {}, secrets: {} };
  it.each<[string, unknown, string]>([
    ['a header of the transport', { ...server, headers: { Host: 'a' } }, 'this header belongs to the transport'],
    ['no address', { ...server, url: 'nope' }, '"definition.url" does not fit: an address is'],
    ['a value that is no reference', { ...server, secrets: { A: 'hunter2' } }, '"definition.secrets.A" does not fit'],
    ['a secret in the clear', { ...server, url: 'http://x.example/', oauth: true }, 'a secret is sent over https only'],
    ['a header twice', { ...server, headers: { A: '1', a: '2' } }, 'a header is given once'],
    ['another transport', { ...server, transport: 'carrier pigeon' }, '"definition.transport" does not fit'],
    ['neither kind', { ...server, command: 'x' }, '"definition" does not fit: Unrecognized key'],
    ['a variable that is none', { ...program, env: { '1': 'x' } }, '"definition.env" does not fit: an environment'],
    ['arguments in one string', { ...program, args: 'a b' }, '"definition.args" does not fit: Invalid input'],
    ['NUL in a folder', { ...program, cwd: '\u0000' }, '"definition.cwd" does not fit: must not hold'],
    ['nothing', null, '"definition" does not fit: Invalid input'],
    ['a list', [], '"definition" does not fit: Invalid input'],
  ])('a definition with %s is told where it does not fit', async (_title, definition, said) => {
    const { dispatch, ran } = bench();
    const input = { ...SAMPLES['connectors.preview'], definition };
    const told = await dispatch('connectors.preview', input, context()).catch((error: unknown) => error);
    expect(told).toMatchObject({ code: 'E_INPUT', message: expect.stringContaining(said) as string });
    expect(String(told)).not.toContain('hunter2');
    expect(ran).toEqual([]);
  });

  it('does not repeat a name that does not fit: it may be a secret in the wrong place', async () => {
    const { dispatch } = bench();
    for (const definition of [
      { ...server, headers: { 'hunter2 hunter2': 'x' } },
      { ...program, env: { 'hunter2-hunter2': 'x' } },
    ]) {
      const call = dispatch('connectors.preview', { ...SAMPLES['connectors.preview'], definition }, context());
      await expect(call).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') as string });
    }
  });

  it('is what the schema gave, defaults included', async () => {
    const seen: unknown[] = [];
    const { dispatch } = bench({
      handlers: { 'logs.query': (input: unknown) => seen.push(input) } as unknown as Handlers,
    });
    await dispatch('logs.query', {}, context());
    expect(seen).toEqual([{ limit: 100 }]);
  });

  it('of any shape is carried out or refused, and refused before a handler runs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...NAMES.filter((name) => EXPECTED[name][0].includes('cli'))),
        fc.jsonValue(),
        async (name, input) => {
          const { dispatch, ran } = bench();
          const code = await refusal(dispatch(name, input, context()));
          expect([undefined, 'E_INPUT', 'E_CONFIRMATION']).toContain(code);
          expect(ran).toEqual(code === undefined ? [name] : []);
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });
});
