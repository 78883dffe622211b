import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { CommandIo } from '../../main/cli/command-io.ts';
import { addAuditCommands } from '../../main/cli/commands/audit.ts';
import { CompanionError, type AuditEndpoint, type DeliveryState } from '../../preload/contract/index.ts';

const ENDPOINT: AuditEndpoint = { url: 'https://audit.example/in?x=1', authorization: 'Bearer keychain:audit' };
const STATE: DeliveryState = {
  state: 'delivering',
  endpoint: 'https://audit.example/in',
  lagEvents: 0,
  lagBytes: 0,
  lastSuccessAt: '2026-01-02T03:04:05.000Z',
  parked: 0,
  pressure: 'none',
  problem: '',
};

async function tell(
  argv: readonly string[],
  answer: unknown,
  { typed, verify = false }: { readonly typed?: string; readonly verify?: boolean } = {},
) {
  const calls: string[] = [];
  let out = '';
  const call = (name: string, input: unknown, confirmed: boolean): Promise<unknown> => {
    calls.push(`${name}${confirmed ? '!' : ''} ${JSON.stringify(input)}`);
    if (name === 'audit.setEndpoint' && !confirmed)
      return Promise.reject(new CompanionError('E_CONFIRMATION', 'needs a yes', 'add -y', { exitCode: 2 }));
    return Promise.resolve(answer);
  };
  const asked: string[] = [];
  const io = {
    call: (name: string, input: unknown) => call(name, input, false),
    callConfirmed: (name: string, input: unknown) => call(name, input, true),
    out: (text: string) => void (out += text),
    ask: (text: string) => {
      asked.push(text);
      return Promise.resolve(typed);
    },
  } as unknown as CommandIo;
  const program = new Command('runlayer').exitOverride().configureOutput({ writeErr: io.out, writeOut: io.out });
  if (verify)
    program
      .command('audit')
      .command('verify')
      .action(() => io.out('verified\n'));
  addAuditCommands(program, io);
  await program.parseAsync([...argv], { from: 'user' });
  return { out, calls, asked };
}

describe('audit status and audit endpoint show', () => {
  it('all is well', async () => {
    const { out, calls } = await tell(['audit', 'status'], { endpoint: ENDPOINT, state: STATE });
    expect(calls).toEqual(['audit.delivery {}']);
    expect(out).toBe(`Audit delivery: delivering
  endpoint  https://audit.example/in
  secret    Bearer keychain:audit
  waiting   nothing
  last sent 2026-01-02T03:04:05.000Z
`);
  });

  it('something is wrong', async () => {
    const state: DeliveryState = {
      ...STATE,
      state: 'stopped',
      lagEvents: 480_000,
      lagBytes: 123_456_789,
      lastSuccessAt: null,
      parked: 2,
      pressure: 'full',
      problem: 'The audit endpoint wants a valid secret (401).',
    };
    const { out } = await tell(['audit', 'endpoint', 'show'], { endpoint: { url: ENDPOINT.url }, state });
    expect(out).toBe(`Audit delivery: STOPPED
  endpoint  https://audit.example/in
  secret    none
  waiting   480000 records, 123.5 MB
  last sent never
  parked    2, refused by the endpoint or damaged; see audit-parked.jsonl in the
            home folder
  ! As much waits as may: NEW CALLS ARE DENIED until the endpoint takes records
    again.
  ! The audit endpoint wants a valid secret (401).
`);
  });

  it('no endpoint', async () => {
    const off = { ...STATE, state: 'off', endpoint: null, lastSuccessAt: null };
    const { out } = await tell(['audit', 'status'], { endpoint: null, state: off });
    expect(out).toBe('The audit trail stays on this machine: no endpoint is set.\n');
  });

  it('--json', async () => {
    const answer = { endpoint: ENDPOINT, state: STATE };
    expect(JSON.parse((await tell(['audit', 'status', '--json'], answer)).out)).toEqual(STATE);
    expect(JSON.parse((await tell(['audit', 'endpoint', 'show', '--json'], answer)).out)).toEqual(answer);
  });
});

describe('audit endpoint set and remove', () => {
  const set = ['audit', 'endpoint', 'set', ENDPOINT.url, '--authorization', 'Bearer keychain:audit'];

  it('asks, then sets', async () => {
    const { out, calls, asked } = await tell(set, STATE, { typed: 'y' });
    expect(asked).toEqual([`Send the whole audit trail of this machine to ${ENDPOINT.url}? [y/N] `]);
    expect(calls.at(-1)).toBe(`audit.setEndpoint! ${JSON.stringify({ endpoint: ENDPOINT })}`);
    expect(out).toBe('The audit trail is delivered to https://audit.example/in from now on.\n');
  });

  it('does nothing for a no, or without a terminal', async () => {
    await expect(tell(set, STATE, { typed: 'n' })).rejects.toMatchObject({ code: 'E_DECLINED' });
    await expect(tell(set, STATE)).rejects.toMatchObject({ code: 'E_CONFIRMATION' });
  });

  it('-y answers', async () => {
    const { out, calls } = await tell(['audit', 'endpoint', 'remove', '-y'], STATE);
    expect(calls.at(-1)).toBe('audit.setEndpoint! {"endpoint":null}');
    expect(out).toBe('The audit trail stays on this machine from now on.\n');
  });
});

describe('the group', () => {
  it('is shared with the local commands', async () => {
    expect((await tell(['audit', 'verify'], undefined, { verify: true })).out).toBe('verified\n');
    const { calls } = await tell(['audit', 'status'], { endpoint: ENDPOINT, state: STATE }, { verify: true });
    expect(calls).toEqual(['audit.delivery {}']);
  });
});
