import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { createCompanionStore } from './state/companion-store.ts';
import { leadOutside } from './state/lead-outside.ts';
import './styles.css';
import { openTransport } from './transport/open-transport.ts';

const store = createCompanionStore(
  openTransport,
  (url) => void window.open(url, '_blank', 'popup,width=560,height=720'),
);
const life = new AbortController();

if (window.companion === undefined) leadOutside(store.call);

// A new link opened in this very tab changes only the hash; a reload signs in with it.
window.addEventListener('hashchange', () => {
  if (window.location.hash.startsWith('#t=')) window.location.reload();
});
window.addEventListener('pagehide', () => life.abort());
// Back from the browser's cache of left pages: the stream was cut, so start over.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) window.location.reload();
});

const root = document.querySelector('#root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App store={store} />
    </StrictMode>,
  );
}
void store.run(life.signal);
