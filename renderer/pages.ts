import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import type { IconName } from './ui/icon.tsx';

type Loaded = LazyExoticComponent<ComponentType>;

export interface PageEntry {
  /** First part of its address: `#/activity`. */
  readonly name: string;
  readonly title: string;
  readonly icon: IconName;
  readonly Page: Loaded;
  /** It is not in the list at the side. */
  readonly isHidden?: boolean;
}

/** All pages, in the order in which they stand at the side. Each is loaded when it is first opened. */
export const PAGES: readonly PageEntry[] = [
  {
    name: 'overview',
    title: 'Overview',
    icon: 'overview',
    Page: lazy(() =>
      import('./features/overview/overview-page.tsx').then(({ OverviewPage }) => ({ default: OverviewPage })),
    ),
  },
  {
    name: 'activity',
    title: 'Activity',
    icon: 'activity',
    Page: lazy(() =>
      import('./features/activity/activity-page.tsx').then(({ ActivityPage }) => ({ default: ActivityPage })),
    ),
  },
  {
    name: 'approvals',
    title: 'Approvals',
    icon: 'hand',
    Page: lazy(() =>
      import('./features/approvals/approvals-page.tsx').then(({ ApprovalsPage }) => ({ default: ApprovalsPage })),
    ),
  },
  {
    name: 'connectors',
    title: 'Connectors',
    icon: 'plug',
    Page: lazy(() =>
      import('./features/connectors/connectors-page.tsx').then(({ ConnectorsPage }) => ({ default: ConnectorsPage })),
    ),
  },
  {
    name: 'clients',
    title: 'Clients',
    icon: 'app',
    Page: lazy(() =>
      import('./features/clients/clients-page.tsx').then(({ ClientsPage }) => ({ default: ClientsPage })),
    ),
  },
  {
    name: 'policy',
    title: 'Policy',
    icon: 'shield',
    Page: lazy(() => import('./features/policy/policy-page.tsx').then(({ PolicyPage }) => ({ default: PolicyPage }))),
  },
  {
    name: 'secrets',
    title: 'Secrets',
    icon: 'key',
    Page: lazy(() =>
      import('./features/secrets/secrets-page.tsx').then(({ SecretsPage }) => ({ default: SecretsPage })),
    ),
  },
  {
    name: 'hub',
    title: 'Hub tokens',
    icon: 'link',
    Page: lazy(() => import('./features/hub/hub-page.tsx').then(({ HubPage }) => ({ default: HubPage }))),
  },
  {
    name: 'settings',
    title: 'Settings',
    icon: 'settings',
    Page: lazy(() =>
      import('./features/settings/settings-page.tsx').then(({ SettingsPage }) => ({ default: SettingsPage })),
    ),
  },
  {
    name: 'about',
    title: 'About',
    icon: 'info',
    Page: lazy(() => import('./features/about/about-page.tsx').then(({ AboutPage }) => ({ default: AboutPage }))),
  },
  {
    name: 'welcome',
    title: 'First steps',
    icon: 'shieldCheck',
    isHidden: true,
    Page: lazy(() =>
      import('./features/first-run/first-run-page.tsx').then(({ FirstRunPage }) => ({ default: FirstRunPage })),
    ),
  },
];
