/** The words that one language has for the families of languages.ts. */

export interface LanguageWords {
  readonly code: string;
  /** Stems of "ignore", "forget", "disregard". */
  readonly drop: readonly string[];
  /** Stems of "previous", "above", "all your", "the earlier". */
  readonly earlier: readonly string[];
  /** Stems of "instructions", "rules", "directions". */
  readonly orders: readonly string[];
  /** Stems of "tell", "show", "reveal", "give", and of "what is". */
  readonly reveal: readonly string[];
  /** "password", "system prompt", "secret key". */
  readonly secret: readonly string[];
  /** "you are now", "from now on you", "pretend to be". */
  readonly role: readonly string[];
}
