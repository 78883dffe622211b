import type { ReactElement } from 'react';
import { Page } from '../../ui/page.tsx';

export function ApprovalsPage(): ReactElement {
  return <Page title="Approvals">{null}</Page>;
}
