import { createHash } from 'node:crypto';
import { canonical } from '../audit/canonical.ts';
import type { ConnectorDefinition } from '../../preload/contract/connector.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import type { ResolvedCommand } from './resolve-command.ts';

/**
 * What a person's yes is bound to: SHA-256, 64 hex digits, over the canonical JSON (RFC 8785) of everything that is
 * run and the file that it means. One byte changed anywhere is another hash (MCPoison: a definition that was swapped
 * after consent). The form is stored with each consent: change it only together with `v`.
 * @throws CompanionError E_DEFINITION_INVALID for text that is not Unicode (a lone surrogate has no canonical form,
 * and two of them would reach the program as the same bytes)
 */
export function definitionHash(definition: ConnectorDefinition, resolved: ResolvedCommand): string {
  const { command, args, env, secrets, cwd } = definition;
  const texts = [command, ...args, ...Object.entries(env).flat(), ...Object.entries(secrets).flat(), cwd ?? ''];
  if (![...texts, resolved.path, resolved.realPath].every((text) => text.isWellFormed())) throw notUnicode();
  return createHash('sha256')
    .update(
      canonical({
        v: 1,
        command,
        args,
        env,
        secrets,
        cwd: cwd ?? null,
        path: resolved.path,
        realPath: resolved.realPath,
        // Left out where the content is not bound, so that such a consent keeps its hash.
        ...(resolved.sha256 === undefined ? {} : { sha256: resolved.sha256 }),
      }),
    )
    .digest('hex');
}

function notUnicode(): CompanionError {
  return new CompanionError(
    'E_DEFINITION_INVALID',
    'The definition holds text that is not valid Unicode (half of a surrogate pair).',
    'Write it again without that character with "runlayer connectors edit <name>".',
    { exitCode: 2 },
  );
}
