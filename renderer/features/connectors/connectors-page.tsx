import type { ReactElement } from 'react';
import { Page } from '../../ui/page.tsx';

export function ConnectorsPage(): ReactElement {
  return <Page title="Connectors">{null}</Page>;
}
