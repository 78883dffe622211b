import type { ReactElement } from 'react';
import { Page } from '../../ui/page.tsx';

export function FirstRunPage(): ReactElement {
  return <Page title="First steps">{null}</Page>;
}
