/** What is found in one tool definition. */
export interface PoisoningFinding {
  readonly category: 'poisoning';
  /** Stable name, `[a-z0-9-]{1,64}`. */
  readonly rule: string;
  readonly tier: 'hard' | 'soft';
  /** Of a soft finding; adds up with the weights of injected phrases, each rule once. */
  readonly weight?: number;
  /** JSON Pointer of the string in which it stands, cut at 256 characters; "" for a plain text. */
  readonly at: string;
}
