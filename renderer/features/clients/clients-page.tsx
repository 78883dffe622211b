import type { ReactElement } from 'react';
import { Page } from '../../ui/page.tsx';

export function ClientsPage(): ReactElement {
  return <Page title="Clients">{null}</Page>;
}
