import type { Command } from 'commander';
import type { Status, TenantStatus } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { jsonOption } from './option-values.ts';
import { hang, json } from './render.ts';
import { attentionLines, deliveryLines, tenantLines } from './tenant-status-text.ts';

function statusText({ companion }: Status, tenant: TenantStatus | undefined): string {
  const waiting = companion.waitingApprovals;
  const { audit } = companion;
  return [
    `Companion ${companion.version} (${companion.kind}, process ${companion.pid})${companion.draining ? ', ending' : ''}\n`,
    ...lockdownLines(companion),
    hang('  sessions   ', String(companion.sessions)),
    hang('  connectors ', String(companion.connectors)),
    hang('  waiting    ', waiting > 0 ? `${waiting}, see "runlayer approvals list"` : '0'),
    ...(companion.drifted === 0
      ? []
      : [hang('  held back  ', `${companion.drifted} changed items of servers, see "runlayer pins list"`)]),
    hang('  keychain   ', companion.keychain.detail),
    hang('  audit      ', audit.state === 'ok' ? recordsText(audit) : `NOT WRITTEN: ${audit.detail}`),
    ...deliveryLines(companion),
    ...tenantLines(companion),
    ...(tenant === undefined ? [] : attentionLines(companion, tenant)),
    hang('  home       ', companion.home),
    ...companion.warnings.map((warning) => hang('  ! ', warning)),
  ].join('');
}

function lockdownLines({ lockdown }: Status['companion']): string[] {
  if (lockdown === null) return [];
  const since = `${lockdown.since.slice(0, 19).replace('T', ' ')}Z`;
  return [
    hang('  LOCKED DOWN ', `since ${since} (${lockdown.by}); every call is refused. End it: runlayer lockdown off`),
  ];
}

function recordsText({ seq, signing }: Status['companion']['audit']): string {
  const records = `${seq + 1} records`;
  if (signing === undefined) return records;
  return `${records}, ${signing.signed ? 'signed' : 'NOT SIGNED:'} ${signing.detail}`;
}

export function addStatusCommands(program: Command, io: CommandIo): void {
  program
    .command('status')
    .description('is the companion running, and is all well; never starts one')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      if (options.json === true) {
        // The tenants are asked first: what is known of them afterwards is in ours.
        const tenant = await io.call('tenant.status', {});
        const status = await io.call('status.get', {});
        io.out(json({ ...tenant, ...status }));
        return;
      }
      const first = await io.call('status.get', {});
      if (!first.companion.tenants.some(({ credential }) => credential !== 'missing')) {
        io.out(statusText(first, undefined));
        return;
      }
      const tenant = await io.call('tenant.status', {});
      io.out(statusText(await io.call('status.get', {}), tenant));
    });

  program
    .command('open')
    .description('print a link that opens the interface in a browser, once, within two minutes')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const { url } = await io.call('interface.link', {});
      io.out(options.json === true ? json({ url }) : `${url}\n`);
    });
}
