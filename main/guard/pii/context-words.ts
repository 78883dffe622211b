/** Whether a word that says what a number is stands near it: on the 80 characters before or the 30 after. */
export function standsBy(text: string, start: number, end: number, words: RegExp): boolean {
  return words.test(text.slice(Math.max(0, start - 80), start)) || words.test(text.slice(end, end + 30));
}
