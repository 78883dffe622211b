import { useState, type ReactElement } from 'react';
import type { TenantSignIn } from '../../../preload/contract/tenant.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { clockText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { pageToOpen } from './tenant-model.ts';

/** The code, large enough to compare, and the page where it is approved; waits until that has happened. */
export function SignInCode({ signIn, onCancel }: { signIn: TenantSignIn; onCancel: () => void }): ReactElement {
  const [isCopied, setCopied] = useState(false);
  const address = pageToOpen(signIn);
  const copy = (): void => {
    navigator.clipboard.writeText(signIn.userCode).then(
      () => setCopied(true),
      // Where the clipboard is closed, the code can be typed.
      () => undefined,
    );
  };
  return (
    <div className="space-y-3 text-center">
      <p className="text-soft">
        Approve this code at <VisibleText text={signIn.host} />. Check that the page shows the same one.
      </p>
      <p aria-label="Code" className="font-mono text-3xl font-semibold tracking-[0.2em] select-all">
        {signIn.userCode}
      </p>
      <div className="flex flex-wrap justify-center gap-2">
        <Button onClick={copy} onBlur={() => setCopied(false)}>
          <Icon name={isCopied ? 'check' : 'copy'} className="size-3.5" />
          {isCopied ? 'Copied' : 'Copy the code'}
        </Button>
        {address === undefined ? null : (
          <a
            href={address}
            target="_blank"
            rel="noopener noreferrer"
            className="inline-flex min-h-8 items-center gap-1.5 rounded-md bg-accent px-3 py-1 font-medium text-white hover:brightness-110"
          >
            Open the page
            <Icon name="external" className="size-3.5" />
          </a>
        )}
        <Button variant="ghost" onClick={onCancel}>
          Cancel
        </Button>
      </div>
      {address === undefined ? null : (
        <p className="text-xs text-soft">
          <VisibleText text={address} max={300} />
        </p>
      )}
      <p role="status" className="flex items-center justify-center gap-2 text-soft">
        <span
          aria-hidden="true"
          className="size-3 animate-spin rounded-full border-2 border-current border-r-transparent motion-reduce:hidden"
        />
        Waiting for your approval. The code ends at {clockText(signIn.expiresAt)}.
      </p>
    </div>
  );
}
