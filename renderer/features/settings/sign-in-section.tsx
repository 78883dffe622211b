import { useState, type FormEvent, type ReactElement } from 'react';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { TextField } from '../../ui/fields.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { SignInCode } from './sign-in-code.tsx';
import { hostOf } from './tenant-model.ts';
import { useSignIn } from './use-sign-in.ts';

export function SignInSection({
  proposed,
  isFirst,
  onDone,
}: {
  /** What the administrator, or an earlier sign-in, named; the person may type another. */
  proposed: string;
  isFirst: boolean;
  onDone: () => void;
}): ReactElement {
  const [typed, setTyped] = useState(proposed);
  const [isTried, setTried] = useState(false);
  const { state, waitingForYes, begin, cancel } = useSignIn(() => {
    setTyped('');
    setTried(false);
    onDone();
  });
  const host = hostOf(typed);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (host !== undefined) begin(host);
  };
  const isUnderWay = state.kind === 'starting' || state.kind === 'waiting';
  return (
    <Section title={isFirst ? 'Sign in' : 'Sign in to another tenant'}>
      <div className="space-y-4 border-t border-line px-4 py-4">
        {state.kind === 'waiting' ? (
          <SignInCode signIn={state.signIn} onCancel={cancel} />
        ) : (
          <form className="flex flex-wrap items-start gap-3" onSubmit={submit}>
            <div className="min-w-0 flex-1 basis-72">
              <TextField
                label="Address of the tenant"
                value={typed}
                onChange={setTyped}
                placeholder="https://acme.runlayer.com"
                mono
                hint="You approve a code in the browser. The key goes into the keychain."
                {...(isTried && host === undefined
                  ? { problem: 'Type the address as your organisation gave it, such as https://acme.runlayer.com.' }
                  : {})}
              />
            </div>
            <Button variant="primary" type="submit" busy={isUnderWay} className="mt-6">
              Sign in
            </Button>
          </form>
        )}
        {waitingForYes ? <WaitingForYes /> : null}
        {state.kind === 'failed' ? (
          <ErrorBox failure={state.failure} {...(host === undefined ? {} : { onRetry: () => begin(host) })} />
        ) : null}
        {state.kind === 'done' ? (
          <p role="status" className="rounded-lg border border-good-line bg-good-soft px-4 py-2.5 text-good">
            <strong className="font-semibold">
              Signed in to <VisibleText text={state.tenant.host} />
            </strong>
            {state.tenant.account === undefined ? (
              '.'
            ) : (
              <>
                {' '}
                as <VisibleText text={state.tenant.account} max={120} />.
              </>
            )}
          </p>
        ) : null}
      </div>
    </Section>
  );
}
