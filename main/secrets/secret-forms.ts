import { isRedactable } from './redactable.ts';

/**
 * Every text under which a value may show up: itself and itself trimmed, each of its lines that is a secret in its own right
 * (loggers cut a key at its line ends), and the value in base64, base32, hex, percent-encoding and JSON escapes, backwards, and
 * in base64 and hex of UTF-16. Each form is at least 8 characters long. Not covered: wrapped base64, mixed-case hex, and
 * encodings of encodings other than JSON within JSON, which the guard decodes before it looks; compression and ciphers.
 */
export function secretForms(value: string): ReadonlySet<string> {
  const forms = new Set<string>();
  const trimmed = value.trim();
  for (const form of [value, trimmed]) {
    if (!isRedactable(form)) continue;
    forms.add(form);
    const bytes = Buffer.from(form, 'utf8');
    for (const encoded of [
      ...base64Forms(bytes),
      ...base32Forms(bytes),
      ...hexForms(bytes),
      ...wideForms(form),
      Array.from(form).toReversed().join(''),
      ...percentForms(form, bytes),
      ...jsonForms(form),
    ]) {
      forms.add(encoded);
    }
  }
  for (const line of secretLines(trimmed)) for (const form of [line, ...jsonForms(line)]) forms.add(form);
  return forms;
}

/** Lines of a value of several lines; the frame of a PEM block is the same in every key and no secret. */
function secretLines(value: string): string[] {
  if (!/[\r\n]/.test(value)) return [];
  return value
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => isRedactable(line) && !line.startsWith('-----'));
}

/**
 * Inside a longer encoded text a value starts at one of three positions of a base64 group. For each, the characters that hold
 * nothing but bits of the value; at position 0 also its ends as they are when the value stands alone, padded and not.
 */
function base64Forms(bytes: Buffer): string[] {
  const forms: string[] = [];
  for (let offset = 0; offset < 3; offset += 1) {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    const padded = shifted.toString('base64');
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor((shifted.length * 8) / 6);
    forms.push(padded.slice(first, last));
    if (offset === 0) forms.push(padded, padded.replaceAll('=', ''));
  }
  return forms.flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648, from the beginning of a text; in both cases. Its end shares bits with padding and is left out. */
function base32Forms(bytes: Buffer): string[] {
  let form = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) form += BASE32.charAt((held >> (bits - 5)) & 31);
  }
  return [form, form.toLowerCase()];
}

/** As programs of Windows encode text: two bytes for each unit, in either order. */
function wideForms(value: string): string[] {
  const little = Buffer.from(value, 'utf16le');
  return [little, Buffer.from(little).swap16()].flatMap((bytes) => [...base64Forms(bytes), ...hexForms(bytes)]);
}

function hexForms(bytes: Buffer): string[] {
  const hex = bytes.toString('hex');
  return [hex, hex.toUpperCase()];
}

/**
 * As encodeURIComponent and encodeURI write it, as RFC 3986 asks (whole, as a path, with "+" for spaces), as HTML forms send it,
 * and with every byte escaped; in both cases of hex.
 */
function percentForms(value: string, bytes: Buffer): string[] {
  const component = encodeURIComponent(value.toWellFormed());
  const strict = component.replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const every = bytes.toString('hex').toUpperCase().replaceAll(/../g, '%$&');
  const spaced = strict.replaceAll('%20', '+');
  const form = new URLSearchParams({ '': value }).toString().slice(1);
  const path = strict.replaceAll('%2F', '/');
  return [component, encodeURI(value.toWellFormed()), strict, path, spaced, form, every].flatMap((text) => [
    text,
    text.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
  ]);
}

/** As a JSON string holds it: plain, with `\/`, ASCII only (two cases of hex), and each of these in a JSON string again. */
function jsonForms(value: string): string[] {
  const escape = (text: string): string => JSON.stringify(text).slice(1, -1);
  const plain = escape(value);
  const ascii = (upper: boolean): string =>
    plain.replaceAll(/[^\u0020-\u007e]/g, (char) => {
      const hex = char.charCodeAt(0).toString(16).padStart(4, '0');
      return `\\u${upper ? hex.toUpperCase() : hex}`;
    });
  const once = [plain, plain.replaceAll('/', String.raw`\/`), ascii(false), ascii(true)];
  return [...once, ...once.map(escape)];
}
