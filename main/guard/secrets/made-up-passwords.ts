/** What people write where a password would stand: names for it, variables, stars. */
import { isPatterned } from './placeholders.ts';

const NAMES =
  /^(?:my|your|the|some|test|db|database|mysql|postgres|redis|mongo|root|admin|new|old|user|client|api|app|access)?[-_.]?(?:pass(?:word|wd|phrase)?|pwd|secret|secretkey|token|key|apikey|api[-_]?key|user(?:name)?|admin|root|test(?:ing)?|guest|postgres|mysql|none|null|undefined|true|false|string|required|optional|hidden|encrypted|masked|empty)[-_.]?(?:here|value|field|hash|123|1234)?$/i;
const VARIABLE = /^[$%{<([&@#]|[}>)\]]$|\{[A-Za-z_. -]{1,50}\}|^:[a-z]|^\*+$|^•+$/i;

export function isWordForSecret(value: string): boolean {
  return NAMES.test(value) || VARIABLE.test(value) || isPatterned(value);
}
