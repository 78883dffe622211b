/**
 * The one content security policy of the interface, for the browser and for the app's window alike: our own files, our
 * own address, nothing inline, nothing framed.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/**
 * What a document of ours may connect to, open and lead to, besides itself. It closes what no content security policy does:
 * WebRTC, new windows, leaving the page. Browsers that do not know it pass over it. Not for the app, whose window has a scheme
 * of its own and may go nowhere anyway.
 * @param origins exact ones.
 */
export function reachingOnly(origins: readonly string[]): { readonly 'connection-allowlist': string } {
  return {
    'connection-allowlist': `(${['response-origin', ...origins.map((origin) => JSON.stringify(origin))].join(' ')})`,
  };
}

/** Sent with every answer, refusals included. */
export const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;
