import type { ReactElement } from 'react';
import { Page } from '../../ui/page.tsx';

export function HubPage(): ReactElement {
  return <Page title="Hub tokens">{null}</Page>;
}
