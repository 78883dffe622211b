/** Commands hidden in a definition: in base64 or hexadecimal, or plainly where they are not what the tool speaks about. */
import { Buffer } from 'node:buffer';

/** What runs, loads or destroys. Each gap is bounded. */
const SHELL =
  /\b(?:curl|wget)\b[^\n]{0,160}?\|\s{0,4}(?:sudo\s{1,3})?(?:ba|z|da|k|c)?sh\b|\b(?:curl|wget)\b[^\n]{0,60}?https?:\/\/|\brm\s{1,4}-[a-z]{0,2}[rf]|\bchmod\s{1,4}(?:[ugoa]{0,4}\+[rwx]*x|[0-7]{3,4})\b|\/dev\/(?:tcp|udp)\/|\bn(?:et)?c(?:at)?\b\s{1,3}(?:-[a-z]{1,4}\s{1,3})?[\w.-]{1,60}\s{1,3}\d{2,5}|\b(?:ba|z|da|k|c)?sh\s{1,3}-[ic]\b|\bpowershell(?:\.exe)?\b|\binvoke-(?:expression|webrequest)\b|\biex\s{0,2}\(|downloadstring|\bos\.(?:system|popen)\b|\bsubprocess\.|\bchild_process\b|\b(?:eval|exec|execsync|spawn)\s{0,2}\(|\/etc\/(?:passwd|shadow|sudoers|cron)|\.ssh\/|\bid_(?:rsa|ed25519)\b|\bmkfs\b|\bdd\s{1,3}if=|\bcrontab\b|\buseradd\b|\bbase64\s{1,3}(?:-d|--decode)\b|\bsudo\s{1,3}\w|\bdel\s{1,3}\/[fsq]\b|\bformat\s{1,3}c:|:\(\)\s{0,2}\{|\bpython3?\s{1,3}-c\b|\b(?:node|perl|ruby)\s{1,3}-e\b|\bkillall\b|\/bin\/(?:ba|z|da)?sh\b|\bmshta\b|\bcertutil\b|\bscp\s{1,3}\S{1,80}\s{1,3}\S{1,80}:/iu;
/** Plain text: only what no documentation of a tool needs. */
const PLAIN_SHELL =
  /\b(?:curl|wget)\b[^\n|]{0,160}?\|\s{0,4}(?:sudo\s{1,3})?(?:ba|z|da|k)?sh\b|\brm\s{1,4}-(?:rf|fr)\s{1,4}(?:~|\/|\$home|\*|--no-preserve-root)|\/dev\/(?:tcp|udp)\/[\w.]{1,60}\/\d|\bbash\s{1,3}-i\s{0,3}>|\bnc\s{1,3}-e\b|\bpowershell(?:\.exe)?\s{1,3}-e(?:nc|ncodedcommand)?\b|\bchmod\s{1,4}(?:\+x\s{1,4}\/tmp\/|(?:-r\s{1,3})?777\b)|\b(?:ba|z)?sh\b\s{1,3}(?:-c\s{1,3})?["']?[$<]\(\s?(?:curl|wget)|>>?\s{0,2}~\/\.(?:ssh|bash|zsh|profile)|\|\s{0,3}nc\s{1,3}[\w.]|\bcrontab\s{1,3}-|\* \* \* \* \S|\bcore\.hookspath\b|\bpython3?\s{1,3}-c\b|\bscp\s{1,3}\S{1,80}\s{1,3}\S{1,80}:|\$\(cat\s|\bbase64\s{1,3}-d\b[^\n|]{0,40}\|/iu;
/** Said before a command that is shown, looked for or warned of. */
const TALKS_OF_IT =
  /\b(?:shows?|readme|e\.g|examples?|returns?|prints?|such as|detect\w{0,3}|block\w{0,3}|warns?|lists?|payloads?|patterns?|finds?|avoid|never|like|means|explains?|refuses?|instead of|as curl does)\b[^\n]{0,100}$/u;
const FOR_COMMANDS = /shell|bash|terminal|command|exec|script|process|console|run/u;
const DIRECTIVE =
  /\b(?:ignore|disregard|forget)\b[^.\n]{0,40}\b(?:instructions?|rules|prompts?)\b|\b(?:system prompt|do not tell|don't tell|without telling)\b|\b(?:send|post|upload|forward)\b[^\n]{0,60}\b(?:to)\b[^\n]{0,30}(?:https?:|@)|\b(?:read|cat|open)\b[^\n]{0,40}(?:\.ssh|\.env|id_rsa|passwd|credentials)/iu;

const BASE64_RUN = /[A-Za-z0-9+/_-]{16,8192}={0,2}/gu;
const HEX_RUN = /(?:0x)?(?:[0-9a-f]{2}[ :]?){12,4096}/giu;
const ESCAPED_RUN = /(?:(?:\\x|%)[0-9a-f]{2}){8,2048}/giu;
const MAX_RUNS = 64;

/** True if an encoded run in `text` decodes, up to twice, to a command or an instruction. */
export function holdsEncodedPayload(text: string): boolean {
  return decodedRuns(text).some((first) => isPayload(first) || decodedRuns(first).some(isPayload));
}

/** True if a text holds a command that loads or destroys, in a tool that is not for commands and does not speak about them. */
export function ordersCommand(lower: string, name: string): boolean {
  const match = PLAIN_SHELL.exec(lower);
  if (match === null || FOR_COMMANDS.test(name.toLowerCase())) return false;
  return !TALKS_OF_IT.test(lower.slice(Math.max(0, match.index - 120), match.index));
}

function isPayload(decoded: string): boolean {
  return SHELL.test(decoded) || DIRECTIVE.test(decoded);
}

function decodedRuns(text: string): readonly string[] {
  const decoded: string[] = [];
  const add = (bytes: Buffer): void => {
    const readable = readableText(bytes);
    if (readable !== undefined) decoded.push(readable);
  };
  let left = MAX_RUNS;
  for (const [run] of text.matchAll(BASE64_RUN)) {
    if ((left -= 1) < 0) break;
    add(Buffer.from(run, 'base64'));
  }
  for (const [run] of text.matchAll(HEX_RUN)) {
    if ((left -= 1) < 0) break;
    add(Buffer.from(run.replaceAll(/0x|[ :]/gu, ''), 'hex'));
  }
  for (const [run] of text.matchAll(ESCAPED_RUN)) {
    if ((left -= 1) < 0) break;
    add(Buffer.from(run.replaceAll(/\\x|%/gu, ''), 'hex'));
  }
  return decoded;
}

/** Text if nearly all of it is printable ASCII (also every second byte, as UTF-16 has it). */
function readableText(bytes: Buffer): string | undefined {
  if (bytes.length < 8) return undefined;
  const wide = bytes.length >= 16 && bytes[1] === 0 && bytes[3] === 0 && bytes[5] === 0;
  const text = wide ? bytes.toString('utf16le') : bytes.toString('latin1');
  let printable = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if ((code >= 32 && code < 127) || code === 9 || code === 10 || code === 13) printable += 1;
  }
  return printable >= text.length * 0.9 ? text : undefined;
}
