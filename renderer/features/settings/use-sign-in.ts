import { useCallback, useEffect, useRef, useState } from 'react';
import type { Failure } from '../../../preload/contract/failure.ts';
import type { TenantSignIn, TenantView } from '../../../preload/contract/tenant.ts';
import { useCompanion } from '../../state/context.ts';
import { failureOf } from '../../state/failure-of.ts';
import { signInFailure } from './tenant-model.ts';

export type SignInState =
  | { readonly kind: 'idle' }
  /** Asked for; perhaps it waits for a yes in the approval window. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'waiting'; readonly signIn: TenantSignIn }
  | { readonly kind: 'done'; readonly tenant: TenantView }
  | { readonly kind: 'failed'; readonly failure: Failure };

const IDLE: SignInState = { kind: 'idle' };

/** One sign-in by a code that the person approves elsewhere. Whoever leaves the page gives it up: the code opens nothing then. */
export function useSignIn(onDone: () => void): {
  readonly state: SignInState;
  readonly waitingForYes: boolean;
  readonly begin: (host: string | undefined) => void;
  readonly cancel: () => void;
} {
  const { call, state: page } = useCompanion();
  const [state, setState] = useState<SignInState>(IDLE);
  /** Of the attempt that counts; an answer to an earlier one comes too late. */
  const turn = useRef(0);
  const waiting = useRef<string>(undefined);

  const giveUp = useCallback(() => {
    turn.current += 1;
    const id = waiting.current;
    waiting.current = undefined;
    // Over already, or the companion is gone: then there is nothing to give up.
    if (id !== undefined) call('tenant.signInCancel', { id }).catch(() => undefined);
  }, [call]);
  useEffect(() => giveUp, [giveUp]);

  const attempt = async (host: string | undefined): Promise<void> => {
    giveUp();
    const mine = turn.current;
    const isMine = (): boolean => turn.current === mine;
    setState({ kind: 'starting' });
    try {
      const signIn = await call('tenant.signIn', host === undefined ? {} : { host });
      if (!isMine()) {
        call('tenant.signInCancel', { id: signIn.id }).catch(() => undefined);
        return;
      }
      waiting.current = signIn.id;
      setState({ kind: 'waiting', signIn });
      const tenant = await call('tenant.signInResult', { id: signIn.id });
      if (!isMine()) return;
      waiting.current = undefined;
      setState({ kind: 'done', tenant });
      onDone();
    } catch (thrown) {
      if (!isMine()) return;
      waiting.current = undefined;
      setState({ kind: 'failed', failure: signInFailure(failureOf(thrown)) });
    }
  };

  return {
    state,
    waitingForYes: state.kind === 'starting' && page.held.some(({ from }) => from === 'interface'),
    begin: (host) => void attempt(host),
    cancel: () => {
      giveUp();
      setState(IDLE);
    },
  };
}
