/**
 * Owns what a start may ask for, the first one and those of further instances: one of our links, or nothing. No argument, no
 * folder and no other text of it counts. To be called before Electron is ready: a link may come before that.
 */
import type { Electron } from './companion-host.ts';
import { DEEP_LINK_SCHEME, deepLink, linkIn, type DeepLink } from './deep-link.ts';
import type { Wishes } from './wishes.ts';

export function followStarts(
  electron: Pick<Electron, 'app'>,
  options: { readonly argv: readonly string[]; readonly wishes: Wishes; readonly onIgnored: () => void },
): void {
  const { app } = electron;
  const { wishes, onIgnored } = options;
  const follow = (link: DeepLink): void =>
    wishes.want(link.kind === 'sync' ? { kind: 'sync' } : { kind: 'show', route: link.route });
  const first = linkIn(options.argv);
  if (first.kind === 'link') follow(first.link);
  if (first.kind === 'ignored') onIgnored();

  // macOS hands a link over as an event.
  app.on('open-url', (event, text) => {
    event.preventDefault();
    const link = deepLink(text);
    if (link === undefined) onIgnored();
    else follow(link);
  });
  app.on('second-instance', (_event, argv) => {
    const found = linkIn(argv);
    if (found.kind === 'link') follow(found.link);
    else if (found.kind === 'ignored') onIgnored();
    else wishes.want({ kind: 'show' });
  });
  app.on('activate', () => wishes.want({ kind: 'show' }));
  // In a checkout the system would start a bare Electron with the link.
  if (app.isPackaged) app.setAsDefaultProtocolClient(DEEP_LINK_SCHEME);
}
