/**
 * True for what can be put after a command that a person copies: no shell makes anything else of it. Ids and aliases that come
 * from client files or tenants may be anything.
 */
export function isPlainWord(text: string): boolean {
  return /^[A-Za-z0-9:/._[\]-]+$/.test(text) && !text.startsWith('-');
}
