/**
 * Whether an address could be one of a template that is held back. An expression of a template (RFC 6570) stands for any text
 * here. The work is bounded: what a hostile server made too much to compare is held back unread.
 */

const EXPRESSION = /\{[^{}]*\}/;
/** Longer ones are nobody's: a template like it could be any address. */
const MAX_TEMPLATE_CHARACTERS = 1024;
const MAX_URI_CHARACTERS = 8192;
/** Of comparing for one message; each is about a microsecond. */
const MAX_STEPS = 20_000;
const CHARACTERS_A_STEP = 2048;

interface Template {
  /** What stands between the expressions, in order; undefined: it could be anything. */
  readonly parts: readonly string[] | undefined;
  readonly length: number;
}

function read(template: string): Template {
  const { length } = template;
  if (length > MAX_TEMPLATE_CHARACTERS) return { parts: undefined, length };
  return { parts: template.split(new RegExp(EXPRESSION, 'g')), length };
}

function couldBe({ parts }: Template, uri: string): boolean {
  if (parts === undefined) return true;
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return uri === first;
  const last = rest.pop() ?? '';
  if (!uri.startsWith(first) || !uri.endsWith(last) || uri.length < first.length + last.length) return false;
  let at = first.length;
  const end = uri.length - last.length;
  for (const part of rest) {
    const found = uri.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

export class HeldTemplates {
  private names: readonly string[] = [];
  private templates: readonly Template[] = [];

  /** A check for the addresses of one message; `held`: names of the templates that are held back now. */
  check(held: readonly string[]): (uri: string) => boolean {
    if (held !== this.names) {
      this.names = held;
      this.templates = held.map(read);
    }
    const { templates } = this;
    let steps = 0;
    return (uri) => {
      if (templates.length === 0) return false;
      if (uri.length > MAX_URI_CHARACTERS) return true;
      return templates.some((template) => {
        steps += 1 + (uri.length * Math.min(template.length, MAX_TEMPLATE_CHARACTERS)) / (CHARACTERS_A_STEP * 64);
        return steps > MAX_STEPS || couldBe(template, uri);
      });
    };
  }
}
