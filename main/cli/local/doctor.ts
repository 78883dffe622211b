/** Walks the chain from the program to each client's entry, and says of each link whether it holds and what to do. */
import { CommandEnd } from '../command-end.ts';
import type { CommandIo } from '../command-io.ts';
import { hang, json } from '../commands/render.ts';
import { checkClients } from './doctor/clients.ts';
import { checkCompanion } from './doctor/companion.ts';
import type { Finding } from './doctor/finding.ts';
import {
  checkHome,
  checkKeychain,
  checkLoginShell,
  checkManaged,
  checkNode,
  checkSettings,
  checkSocket,
} from './doctor/machine.ts';
import { checkTenants } from './doctor/tenants.ts';

/** Host names may be long; one that is very long must not push every text off the screen. */
const MIN_CHECK = 14;
const MAX_CHECK = 30;

const MARK = { ok: 'ok  ', note: 'note', problem: 'FAIL' } as const;

/** What lies in the home and who works on it; nothing where the home cannot be used. */
export async function checkInside(home: string): Promise<Finding[]> {
  const { findings, companion, tenant } = await checkCompanion(home);
  const { finding, settings } = checkSettings(home);
  // One that stands in the environment of the companion, or in settings that are not used any more, it alone knows.
  const hosts = new Set([...(settings?.tenants ?? []), ...(companion?.tenants ?? [])].map(({ host }) => host));
  return [checkSocket(home), ...findings, finding, ...(await checkTenants([...hosts], { companion, status: tenant }))];
}

export async function runDoctor(io: CommandIo, home: string, asJson: boolean): Promise<void> {
  const folder = checkHome(home);
  const findings = [
    checkNode(),
    folder,
    ...(folder.state === 'ok' ? await checkInside(home) : []),
    ...checkManaged(),
    await checkKeychain(home),
    await checkLoginShell(),
    ...(await checkClients(home)),
  ];
  const failed = findings.some((finding) => finding.state === 'problem');
  if (asJson) io.out(json({ ok: !failed, findings }));
  else {
    const width = Math.min(MAX_CHECK, Math.max(MIN_CHECK, ...findings.map(({ check }) => check.length)));
    for (const finding of findings) {
      const first = `${MARK[finding.state]}  ${finding.check.padEnd(width)} `;
      io.out(hang(first, finding.text));
      if (finding.next !== undefined) io.out(hang(' '.repeat(first.length), finding.next));
    }
    io.out(failed ? '\nSomething needs you: see the lines marked FAIL.\n' : '\nNothing is broken.\n');
  }
  if (failed) throw new CommandEnd(1);
}
