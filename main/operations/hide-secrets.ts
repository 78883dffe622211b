import { isIssuedSecret } from '../connectors/risk/secret-literals.ts';
import { SECRET_WORD } from '../clients/mask.ts';

// Owns: what of a server's command line or address a page may show. Only the window in which a person agrees shows the
// whole. Hides by form and by name, so a short password in a place of its own can slip through: values of variables and
// headers, where secrets belong, are never shown at all.

const HIDDEN = '…';
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;
/** More names in front of a value than anybody writes. */
const MAX_PAIRS = 8;
const SCHEME = /^(?:bearer|basic|token)$/i;
/** Blanks, quotes and what ends a word in a script of a shell. */
const BREAKS = /([\s'"`;|&()<>,]+)/;

/** The words of a command line. */
export function hideInArgv(argv: readonly string[]): string[] {
  return argv.map((word, index) => (isSecretFlag(argv[index - 1]) ? HIDDEN : hideInText(word)));
}

/** One text: an argument, an address, the evidence of a risk. */
export function hideInText(text: string): string {
  const parts = text.split(BREAKS);
  return parts
    .map((word, index) => {
      if (index % 2 === 1) return word;
      const before = parts[index - 2] ?? '';
      return word !== '' && (SCHEME.test(before) || isSecretFlag(before) || isSecretName(before))
        ? HIDDEN
        : hideWord(word);
    })
    .join('');
}

function isSecretFlag(word: string | undefined): boolean {
  return word !== undefined && word.startsWith('-') && !/[=:]/.test(word) && SECRET_WORD.test(word.slice(0, 200));
}

/** `Authorization:`, with its value behind a blank. */
function isSecretName(word: string): boolean {
  return /[=:]$/.test(word) && SECRET_WORD.test(word.slice(-200));
}

/** `--api-key=…`, `-e NAME=…`: what stands behind a secret's name; else whatever looks like one by itself. */
function hideWord(word: string): string {
  let shown = '';
  let rest = word;
  for (let pairs = 0; pairs < MAX_PAIRS; pairs += 1) {
    if (ADDRESS.test(rest)) return shown + hideInAddress(rest);
    const [, name, value] = /^([^=:]{1,200}[=:])(.+)$/s.exec(rest) ?? [];
    if (name === undefined || value === undefined) break;
    if (SECRET_WORD.test(name) && !value.startsWith('\\')) return shown + hidePieces(name) + HIDDEN;
    shown += hidePieces(name);
    rest = value;
  }
  return shown + hidePieces(rest);
}

/** Host and folders stay; passwords, values of parameters and folders that are keys do not. */
function hideInAddress(address: string): string {
  const [, scheme = '', authority = '', path = '', rest = ''] =
    /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)([^?#]*)(.*)$/is.exec(address) ?? [];
  const at = authority.lastIndexOf('@');
  const host = at < 0 ? authority : `${HIDDEN}${authority.slice(at)}`;
  const folders = path.split('/').map(hidePieces);
  return scheme + host + folders.join('/') + rest.replaceAll(/([?&;][^=&;#]*=)[^&;#]+/g, `$1${HIDDEN}`);
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** Pieces in forms that issuers fixed, and those with letters and digits mixed that are too long for a word or a version. */
function hidePieces(text: string): string {
  if (isIssuedSecret(text)) return HIDDEN;
  return text
    .replaceAll(UUID, HIDDEN)
    .replaceAll(/[\w-]{16,}/g, (piece) => (isIssuedSecret(piece) ? HIDDEN : piece))
    .replaceAll(/[A-Za-z0-9+=~%]{14,}/g, (piece) => (/\d/.test(piece) && /[a-z]/i.test(piece) ? HIDDEN : piece));
}
