/** What one check found; a note is no fault, a problem is. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'note' | 'problem';
  readonly text: string;
  /** What to do; nothing where all is well. */
  readonly next?: string;
}

export const ok = (check: string, text: string): Finding => ({ check, state: 'ok', text });
export const note = (check: string, text: string, next: string): Finding => ({ check, state: 'note', text, next });
export const problem = (check: string, text: string, next: string): Finding => ({
  check,
  state: 'problem',
  text,
  next,
});
