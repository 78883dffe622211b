import type { ReactElement } from 'react';
import { Page } from '../../ui/page.tsx';

export function PolicyPage(): ReactElement {
  return <Page title="Policy">{null}</Page>;
}
