import { describe, expect, it } from 'vitest';
import { sessionEnvironment } from '../../main/process/session-environment.ts';

const user = { username: 'ada', homedir: '/home/ada', shell: '/bin/zsh' };
const ours = (path: string): boolean => path.startsWith('/run/user/1000') || path.startsWith('/tmp');
const of = (own: Record<string, string>): Record<string, string> => sessionEnvironment(own, user, 'linux', ours);

describe('sessionEnvironment', () => {
  it('takes nothing that aims a program, and home, name and shell from the user database', () => {
    expect(
      of({
        PATH: '/evil',
        HOME: '/evil',
        npm_config_registry: 'x',
        NODE_OPTIONS: 'x',
        SECRET: 'x',
        LANG: 'de',
        LC_ALL: 'C',
      }),
    ).toEqual({
      LANG: 'de',
      LC_ALL: 'C',
      PATH: '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin',
      HOME: '/home/ada',
      USER: 'ada',
      LOGNAME: 'ada',
      SHELL: '/bin/zsh',
    });
  });

  it.each([
    ['a bus of ours', 'unix:path=/run/user/1000/bus', true],
    ['a bus of ours with its id', 'unix:path=/run/user/1000/bus,guid=0123abcd', true],
    ['a bus on the network', 'tcp:host=127.0.0.1,port=45999', false],
    ['a bus of somebody else', 'unix:path=/run/user/1001/bus', false],
    ['an abstract bus, which anybody may own', 'unix:abstract=/tmp/dbus-x', false],
    ['several addresses', 'unix:path=/run/user/1000/bus;tcp:host=x', false],
    ['a program', 'unixexec:path=/bin/sh', false],
    ['an escaped path', 'unix:path=/run/user/1000%2fbus', false],
    ['a relative path', 'unix:path=bus', false],
  ])('%s', (_, address, taken) => {
    expect(of({ DBUS_SESSION_BUS_ADDRESS: address })['DBUS_SESSION_BUS_ADDRESS']).toBe(taken ? address : undefined);
  });

  it.each(['TMPDIR', 'XDG_RUNTIME_DIR', 'SSH_AUTH_SOCK', 'XAUTHORITY'])('takes %s only where it is ours', (name) => {
    expect(of({ [name]: '/run/user/1000/x' })[name]).toBe('/run/user/1000/x');
    expect(of({ [name]: '/srv/evil' })[name]).toBeUndefined();
    expect(of({ [name]: 'run/user/1000' })[name]).toBeUndefined();
  });

  it('looks at the real owner by default', () => {
    const env = sessionEnvironment({ TMPDIR: '/tmp', XDG_RUNTIME_DIR: '/nowhere-at-all' }, user, 'linux');
    expect(env['TMPDIR']).toBe('/tmp');
    expect(env['XDG_RUNTIME_DIR']).toBeUndefined();
  });

  it('keeps everything on Windows, where there is no login shell', () => {
    const env = sessionEnvironment({ Path: 'C:\\', X: '1', U: undefined }, user, 'win32');
    expect(env).toEqual({ Path: 'C:\\', X: '1' });
  });
});
