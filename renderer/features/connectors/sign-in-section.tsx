import { useState, type ReactElement } from 'react';
import type { Failure } from '../../../preload/contract/failure.ts';
import { useCompanion } from '../../state/context.ts';
import { failureOf } from '../../state/failure-of.ts';
import { useAction } from '../../state/use-action.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Progress } from '../../ui/progress.tsx';
import { OutsideLink } from './outside-link.tsx';

/** A sign-in with OAuth: a person finishes it in a browser on this machine; the tokens never come here. */
export function SignInSection({
  name,
  isSignedIn,
  onChanged,
}: {
  name: string;
  isSignedIn: boolean;
  onChanged: () => void;
}): ReactElement {
  const { call } = useCompanion();
  const { run, busy, failure } = useAction();
  const [address, setAddress] = useState<string>();
  const [ended, setEnded] = useState<Failure>();
  const begin = async (): Promise<void> => {
    setEnded(undefined);
    const begun = await run(() => call('connectors.signIn', { name }));
    if (begun === undefined) return;
    setAddress(begun.authorizationUrl);
    call('connectors.signInResult', { id: begun.id }).then(
      () => {
        setAddress(undefined);
        onChanged();
      },
      (thrown: unknown) => {
        setAddress(undefined);
        setEnded(failureOf(thrown));
      },
    );
  };
  const leave = async (): Promise<void> => {
    await run(() => call('connectors.signOut', { name }));
    onChanged();
  };
  const problem = failure ?? ended;
  return (
    <Section
      title="Sign-in"
      aside={isSignedIn ? <Badge tone="good">signed in</Badge> : <Badge tone="warn">not signed in</Badge>}
    >
      <div className="space-y-3 border-t border-line px-4 py-3">
        <p className="text-soft">
          You sign in at the server’s own page. Its tokens go into the keychain, and no page sees them.
        </p>
        {address === undefined ? (
          <div className="flex flex-wrap gap-2">
            <Button variant="primary" busy={busy} onClick={() => void begin()}>
              {isSignedIn ? 'Sign in again' : 'Sign in'}
            </Button>
            {isSignedIn ? (
              <Button disabled={busy} onClick={() => void leave()}>
                Sign out
              </Button>
            ) : null}
          </div>
        ) : (
          <>
            <OutsideLink address={address} text="Open the sign-in page" />
            <Progress label="Waiting for you to finish in your browser. The link ends after five minutes." />
          </>
        )}
        {problem === undefined ? null : <ErrorBox failure={problem} />}
      </div>
    </Section>
  );
}
