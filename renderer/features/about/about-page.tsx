import type { ReactElement } from 'react';
import { Page } from '../../ui/page.tsx';

export function AboutPage(): ReactElement {
  return <Page title="About">{null}</Page>;
}
