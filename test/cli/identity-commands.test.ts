import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { CommandIo } from '../../main/cli/command-io.ts';
import { addConnectorLoginCommands } from '../../main/cli/commands/connector-login.ts';
import { addIdentityCommands } from '../../main/cli/commands/identity.ts';
import { signInRefused } from '../../main/identity/identity-failures.ts';
import { failureOf } from '../secrets/fakes.ts';

/** Runs one command line against answers by operation; an Error is thrown. */
async function tell(line: string, answers: Readonly<Record<string, unknown>>, stdin = '', tty = false) {
  const said = { out: '', err: '', calls: [] as string[] };
  const io = {
    call: (name: string, input: unknown) => {
      said.calls.push(`${name} ${JSON.stringify(input)}`);
      const answer = answers[name];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    input: () => Promise.resolve(stdin),
    tty,
  } as unknown as CommandIo;
  const program = new Command('runlayer').exitOverride().configureOutput({ writeErr: io.err, writeOut: io.out });
  addConnectorLoginCommands(program.command('connectors'), io);
  addIdentityCommands(program, io);
  await program.parseAsync(line.split(' '), { from: 'user' });
  return said;
}

const LINK = 'https://as.example/authorize?state=s';
const SIGN_IN = {
  'connectors.signIn': { id: 's1', authorizationUrl: LINK },
  'connectors.signInResult': { connector: 'demo', scope: 'files:read', endsAt: null },
};

describe('connectors login', () => {
  it('prints the link on a line of its own, waits, and says what happened', async () => {
    const { out, calls } = await tell('connectors login demo', SIGN_IN);
    expect(out).toBe(`Open this link in your browser, on this machine, within 5 minutes:

${LINK}

You are signed in to "demo".
It may: files:read
`);
    expect(calls).toEqual(['connectors.signIn {"name":"demo"}', 'connectors.signInResult {"id":"s1"}']);
  });

  it('says when the sign-in ends for good', async () => {
    const result = { connector: 'demo', scope: null, endsAt: '2026-11-21T09:00:00.000Z' };
    const { out } = await tell('connectors login demo', { ...SIGN_IN, 'connectors.signInResult': result });
    expect(out).toContain('It ends at 2026-11-21T09:00:00.000Z and cannot be renewed.\n');
    expect(out).not.toContain('It may');
  });

  it('keeps stdout for one document with --json', async () => {
    const { out, err } = await tell('connectors login demo --json', SIGN_IN);
    expect(JSON.parse(out)).toEqual({ connector: 'demo', scope: 'files:read', endsAt: null, signedIn: true });
    expect(err).toContain(LINK);
  });

  it('shows what a server wrote without letting it act on the terminal', async () => {
    const result = { connector: 'demo', scope: 'a\u001b[2J\u202eb', endsAt: null };
    const { out } = await tell('connectors login demo', { ...SIGN_IN, 'connectors.signInResult': result });
    // eslint-disable-next-line no-control-regex
    expect(out).not.toMatch(/[\u001b\u202e]/);
  });

  it('ends with the reason where it failed', async () => {
    const failing = tell('connectors login demo', {
      ...SIGN_IN,
      'connectors.signInResult': signInRefused('access_denied'),
    });
    expect((await failureOf(failing)).code).toBe('E_SIGN_IN_REFUSED');
  });
});

describe('connectors logout', () => {
  it.each([
    [{ wasSignedIn: true, revoked: true }, 'You are signed out of "demo".\n'],
    [{ wasSignedIn: false, revoked: false }, 'Nobody was signed in to "demo".\n'],
    [
      { wasSignedIn: true, revoked: false },
      'You are signed out of "demo" here. The server did not say that it forgot the\nsign-in too.\n',
    ],
  ])('says %j', async (answer, text) => {
    expect((await tell('connectors logout demo', { 'connectors.signOut': answer })).out).toBe(text);
    const { out } = await tell('connectors logout demo --json', { 'connectors.signOut': answer });
    expect(JSON.parse(out)).toEqual({ connector: 'demo', ...answer });
  });
});

describe('identity verify', () => {
  const answers = { 'identity.verify': { kid: 'k1', claims: { sub: 'user-1', exp: 7, organization_id: 'o' } } };

  it('shows the claims of a genuine token', async () => {
    const { out, calls } = await tell('identity verify t.o.k --server s1 --jwks https://t.example/jwks', answers);
    expect(out).toBe('The token is genuine, and for server "s1".\n  sub: user-1\n  exp: 7\n  organization_id: o\n');
    expect(calls).toEqual(['identity.verify {"token":"t.o.k","serverId":"s1","jwksUrl":"https://t.example/jwks"}']);
  });

  it('reads the token from standard input, and prints one document with --json', async () => {
    const line = 'identity verify - --server s1 --jwks https://t.example/jwks --issuer https://t.example --json';
    const { out, calls } = await tell(line, answers, 't.o.k\n');
    expect(calls[0]).toContain('"token":"t.o.k"');
    expect(calls[0]).toContain('"issuer":"https://t.example"');
    expect(JSON.parse(out)).toEqual({ valid: true, ...answers['identity.verify'] });
  });

  it.each(['', ' --json'])('warns a person who gave the token as an argument, on stderr%s', async (json) => {
    const line = `--server s1 --jwks https://t.example/jwks${json}`;
    const given = await tell(`identity verify t.o.k ${line}`, answers, '', true);
    expect(given.err).toBe(
      'The token may stand in your shell\'s history now: send it on standard input and\ngive "-" instead.\n',
    );
    expect(given.err).not.toContain('t.o.k');
    if (json !== '') expect(JSON.parse(given.out)).toMatchObject({ valid: true });
    expect((await tell(`identity verify - ${line}`, answers, 't.o.k', true)).err).toBe('');
    expect((await tell(`identity verify t.o.k ${line}`, answers)).err).toBe('');
  });

  it('shows in its help how to keep the token out of the history, before anything else', async () => {
    const program = new Command('runlayer');
    addIdentityCommands(program, {} as CommandIo);
    const help = program.commands[0]?.commands[0]?.helpInformation() ?? '';
    expect(help).toMatch(/^Usage: runlayer identity verify \[options\] - \(or <token>\)\n/);
  });

  it('is a misuse without a token', async () => {
    const failure = await failureOf(
      tell('identity verify - --server s1 --jwks https://t.example/jwks', answers, ' \n'),
    );
    expect([failure.code, failure.exitCode]).toEqual(['E_USAGE', 2]);
  });
});
