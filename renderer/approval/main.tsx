import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createCompanionStore } from '../state/companion-store.ts';
import { CompanionContext } from '../state/context.ts';
import '../styles.css';
import { openTransport } from '../transport/open-transport.ts';
import { ApprovalApp } from './approval-app.tsx';

const store = createCompanionStore(openTransport, undefined, 'what waits');
const life = new AbortController();

window.addEventListener('hashchange', () => {
  if (window.location.hash.startsWith('#t=')) window.location.reload();
});
window.addEventListener('pagehide', () => life.abort());
window.addEventListener('pageshow', (event) => {
  if (event.persisted) window.location.reload();
});

const root = document.querySelector('#root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <CompanionContext value={store}>
        <ApprovalApp close={() => window.close()} />
      </CompanionContext>
    </StrictMode>,
  );
}
void store.run(life.signal);
