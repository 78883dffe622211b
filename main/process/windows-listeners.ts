/** Windows: which processes listen at a port, and what the system says of the signature of their programs. */
import { z } from 'zod';
import { isLocalAddress, type Listener } from './listener.ts';
import { runOneShot, type RunOneShot } from './one-shot.ts';

const Row = z.object({
  address: z.string(),
  pid: z.number().int(),
  path: z.string().nullable(),
  start: z.string().nullable(),
  status: z.string().nullable(),
  subject: z.string().nullable(),
});

/** Constant but for the number: no text of anybody becomes part of a script. */
function script(port: number): string {
  return [
    "$ErrorActionPreference = 'Stop'",
    '[Console]::OutputEncoding = [Text.Encoding]::UTF8',
    `$rows = @(Get-NetTCPConnection -State Listen | Where-Object { $_.LocalPort -eq ${port} } | ForEach-Object {`,
    '  $process = Get-Process -Id $_.OwningProcess -ErrorAction SilentlyContinue',
    '  $path = $process.Path',
    '  $signature = if ($path) { Get-AuthenticodeSignature -LiteralPath $path } else { $null }',
    '  [pscustomobject]@{ address = $_.LocalAddress; pid = [int64]$_.OwningProcess; path = $path',
    '    start = if ($path) { $process.StartTime.ToFileTimeUtc().ToString() } else { $null }',
    '    status = if ($signature) { $signature.Status.ToString() } else { $null }',
    '    subject = if ($signature.SignerCertificate) { $signature.SignerCertificate.Subject } else { $null } }',
    '})',
    'ConvertTo-Json -Compress -InputObject $rows',
  ].join('\n');
}

/** The script's answer; throws where it has another form. */
export function parseRows(json: string): Listener[] {
  const parsed: unknown = JSON.parse(json.replace(/^\ufeff/, ''));
  return z
    .array(Row)
    .parse(parsed)
    .filter(({ address }) => isLocalAddress(address))
    .map(({ address, pid, path, start, status, subject }) => ({
      address,
      uid: undefined,
      program:
        path === null || start === null
          ? { kind: 'unknown', reason: `belongs to process ${pid}, which cannot be looked at` }
          : {
              kind: 'known',
              pid,
              start,
              executable: path,
              signature: { isValid: status === 'Valid', subject: subject ?? '' },
            },
    }));
}

export async function windowsListeners(port: number, run: RunOneShot = runOneShot): Promise<Listener[]> {
  // Only the form that Windows itself gives it: a variable of the starter must not choose the program.
  const given = process.env['SystemRoot'] ?? '';
  const root = /^[A-Z]:\\WINDOWS$/i.test(given) ? given : String.raw`C:\Windows`;
  const home = String.raw`${root}\System32\WindowsPowerShell\v1.0`;
  const encoded = Buffer.from(script(port), 'utf16le').toString('base64');
  const { code, out } = await run(
    String.raw`${home}\powershell.exe`,
    ['-NoLogo', '-NoProfile', '-NonInteractive', '-EncodedCommand', encoded],
    // Its modules from where Windows keeps them.
    { SystemRoot: root, PSModulePath: String.raw`${home}\Modules` },
  );
  if (code !== 0) throw new Error('the system did not say who listens');
  return parseRows(out);
}
