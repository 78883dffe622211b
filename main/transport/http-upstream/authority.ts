/** Where a request to an HTTP server gets its credentials from. The transport never sees where they are kept. */
export interface Authority {
  /**
   * Headers for one request, made anew for each: configured ones, secrets, a bearer, the forwarded identity. Rejects with
   * a CompanionError when they cannot be had; then nothing is sent.
   */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
  /**
   * The server refused a request that carried `sent` (401, or 403 with a challenge). `retry`: there are other credentials
   * now, send it once more. `reason`: one clause for the client that says what the person has to do.
   */
  readonly refused: (facts: {
    readonly status: number;
    /** The WWW-Authenticate header, as it came. */
    readonly challenge: string | undefined;
    readonly sent: Readonly<Record<string, string>>;
  }) => Promise<{ readonly kind: 'retry' } | { readonly kind: 'refused'; readonly reason: string }>;
}
