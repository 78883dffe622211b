import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createCompanionStore } from '../state/companion-store.ts';
import { CompanionContext } from '../state/context.ts';
import '../styles.css';
import { openTransport } from '../transport/open-transport.ts';
import { ApprovalApp } from './approval-app.tsx';
import { LeavePage } from './leave-page.tsx';
import { leavingTo } from './leaving.ts';

const leaving = leavingTo(window.location.hash);
const store = createCompanionStore(openTransport, undefined, 'what waits');
const life = new AbortController();

window.addEventListener('hashchange', () => {
  if (/^#(?:t|leave)=/.test(window.location.hash)) window.location.reload();
});
window.addEventListener('pagehide', () => life.abort());
window.addEventListener('pageshow', (event) => {
  if (event.persisted) window.location.reload();
});

const root = document.querySelector('#root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      {leaving === undefined ? (
        <CompanionContext value={store}>
          <ApprovalApp close={() => window.close()} />
        </CompanionContext>
      ) : (
        <LeavePage leaving={leaving} />
      )}
    </StrictMode>,
  );
}
// Who only leaves is not signed in here.
if (leaving === undefined) void store.run(life.signal);
