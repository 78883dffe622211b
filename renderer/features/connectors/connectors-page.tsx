import type { ReactElement } from 'react';
import { useLocation } from '../../state/navigate.ts';
import { AddPage } from './add-page.tsx';
import { CataloguePage } from './catalogue-page.tsx';
import { placeOf } from './connector-model.ts';
import { ConnectorList } from './connector-list.tsx';
import { DetailPage } from './detail-page.tsx';
import { InstallPage } from './install-page.tsx';

export function ConnectorsPage(): ReactElement {
  const { parts } = useLocation();
  const place = placeOf(parts);
  switch (place.kind) {
    case 'list':
      return <ConnectorList />;
    case 'catalogue':
      return place.entry === undefined ? <CataloguePage /> : <InstallPage key={place.entry} id={place.entry} />;
    case 'add':
      return <AddPage />;
    case 'connector':
      return <DetailPage key={place.name} name={place.name} tab={place.tab} />;
    default:
      return place satisfies never;
  }
}
