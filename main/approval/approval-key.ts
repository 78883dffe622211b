/**
 * What a person's yes is bound to. Whoever changes any part of it has another call, and asks anew. Owns the hash alone:
 * canonical text of the arguments comes from whoever has the bytes.
 */
import { createHash } from 'node:crypto';

export interface ApprovedCall {
  readonly client: string;
  readonly connector: string;
  readonly tool: string;
  /** Hash of the definition that the tool has now, as it is pinned; empty where the server listed none. */
  readonly definition: string;
  /** Of everything that decides (`Policy.version`). */
  readonly policyVersion: string;
  /**
   * Canonical source text of all that goes to the server with this call and that a person agreed to: the arguments, and every
   * other member of `params` but `_meta`. Numbers stand in it as they were written.
   */
  readonly canonical: string | Uint8Array;
}

/** 64 hex digits. */
export function approvalKey(call: ApprovedCall): string {
  const { client, connector, tool, definition, policyVersion, canonical } = call;
  return (
    createHash('sha256')
      // One line of JSON cannot end early: a newline in a name is an escape in it.
      .update(`runlayer-approval-v1\n${JSON.stringify([client, connector, tool, definition, policyVersion])}\n`)
      .update(canonical)
      .digest('hex')
  );
}
