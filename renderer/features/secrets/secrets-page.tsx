import type { ReactElement } from 'react';
import { Page } from '../../ui/page.tsx';

export function SecretsPage(): ReactElement {
  return <Page title="Secrets">{null}</Page>;
}
