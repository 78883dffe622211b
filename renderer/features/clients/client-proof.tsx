import type { ReactElement } from 'react';
import type { ClientView } from '../../../preload/contract/client.ts';
import { useMinute } from '../../state/use-minute.ts';
import { Icon } from '../../ui/icon.tsx';
import { proofOf } from './client-model.ts';

/** What makes a client read its file again, then that it did. Changes by itself when a session of it begins. */
export function ClientProof({ client }: { client: ClientView }): ReactElement | null {
  const proof = proofOf(client, useMinute());
  if (proof.kind === 'none') return null;
  return (
    <p
      role="status"
      className={`flex flex-wrap items-center gap-2 ${proof.kind === 'seen' ? 'text-good' : 'text-ink'}`}
    >
      {proof.kind === 'seen' ? (
        <Icon name="check" />
      ) : (
        <span
          aria-hidden="true"
          className="size-3.5 animate-spin rounded-full border-2 border-accent border-r-transparent"
        />
      )}
      {proof.kind === 'seen' ? (
        proof.text
      ) : (
        <span>
          <strong className="font-semibold">{proof.text}</strong>{' '}
          <span className="text-soft">Then it shows here that {client.title} came back.</span>
        </span>
      )}
    </p>
  );
}
