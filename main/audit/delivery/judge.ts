// What an endpoint's answer means for the records that it was sent. On any doubt they count as not taken: sent twice they
// are told apart by id and source, not sent at all they are lost.
import { retryAfterMs } from './back-off.ts';

/** `why` completes "The endpoint …" and quotes nothing that came from it. */
export type Answer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly retryAfter: string | undefined;
      /** It sent a web page: no endpoint does. */
      readonly isPage: boolean;
    }
  | { readonly kind: 'failed'; readonly why: string };

export type Verdict =
  | { readonly kind: 'taken' }
  /** Tried again by itself, not before `afterMs`. */
  | { readonly kind: 'again'; readonly problem: string; readonly afterMs: number }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'refused'; readonly status: number }
  /** Somebody has to do something. */
  | { readonly kind: 'stopped'; readonly problem: string };

const CHECK_URL = 'Check its address with "runlayer audit endpoint show".';
// Whether one was sent is not known here: right for both.
const STORE_SECRET = `Store it with "runlayer secrets set <name>", then "runlayer audit endpoint set <url> --authorization 'Bearer keychain:<name>'".`;

export function judge(answer: Answer, now: Date): Verdict {
  if (answer.kind === 'failed')
    return { kind: 'again', problem: `The audit endpoint ${answer.why}; it is tried again.`, afterMs: 0 };
  const { status, retryAfter, isPage } = answer;
  if (status >= 200 && status < 300) {
    return isPage ? stopped(`answered with a web page (${status}), so it is not taken for one. ${CHECK_URL}`) : taken;
  }
  if (status >= 500 || status === 408 || status === 425 || status === 429) {
    const problem = `The audit endpoint answered ${status}; it is tried again.`;
    return { kind: 'again', problem, afterMs: retryAfterMs(retryAfter, now) ?? 0 };
  }
  if (status === 413) return { kind: 'too_large' };
  if (status === 400 || status === 422) return { kind: 'refused', status };
  if (status === 401 || status === 403) return stopped(`wants a valid secret (${status}). ${STORE_SECRET}`);
  if (status >= 300 && status < 400) return stopped(`redirects (${status}), which is never followed. ${CHECK_URL}`);
  if (status === 404 || status === 410) return stopped(`says that nothing is there (${status}). ${CHECK_URL}`);
  return stopped(`does not take batches of CloudEvents (${status}). ${CHECK_URL}`);
}

const taken: Verdict = { kind: 'taken' };

function stopped(text: string): Verdict {
  return { kind: 'stopped', problem: `The audit endpoint ${text}` };
}
