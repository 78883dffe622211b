import type { Failure } from '../../preload/contract/failure.ts';
import { TransportError } from '../transport/transport.ts';

/** What a person is told about something that was thrown: our own words where there are any. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof TransportError) return thrown.failure;
  return {
    code: 'E_PAGE',
    message: 'Something in this page went wrong.',
    next: 'Reload the page; if it stays, run "runlayer doctor".',
  };
}
