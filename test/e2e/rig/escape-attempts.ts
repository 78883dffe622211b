/**
 * What a script in the page can try in order to reach another machine: one attempt a row, as the body of an async function
 * with `out` (an address that nothing may reach) and `host`. An attempt that throws has failed as it should.
 */
export const ESCAPE_ATTEMPTS: Readonly<Record<string, string>> = {
  fetch: `await fetch(out, { mode: 'no-cors' })`,
  'fetch that outlives the page': `await fetch(out, { mode: 'no-cors', method: 'POST', body: 'x', keepalive: true })`,
  XMLHttpRequest: `const r = new XMLHttpRequest(); r.open('POST', out); r.send('x'); await ended(r)`,
  WebSocket: `await ended(new WebSocket(out.replace('http', 'ws')))`,
  EventSource: `await ended(new EventSource(out))`,
  WebTransport: `await new WebTransport(out.replace('http', 'https')).ready`,
  beacon: `navigator.sendBeacon(out, 'x')`,
  'a ping of a link': `const a = add('a', { href: '#/', ping: out }); a.click()`,
  image: `const i = new Image(); i.src = out; await ended(i)`,
  audio: `await ended(new Audio(out))`,
  font: `await new FontFace('x', 'url(' + out + ')').load()`,
  'a background image': `document.body.style.backgroundImage = 'url(' + out + ')'`,
  'a style sheet made by script': `const s = new CSSStyleSheet(); s.replaceSync('body{background:url(' + out + ')}'); document.adoptedStyleSheets = [s]`,
  script: `add('script', { src: out })`,
  'a module': `await import(out)`,
  ...Object.fromEntries(
    ['stylesheet', 'icon', 'manifest', 'prefetch', 'preload', 'modulepreload', 'preconnect', 'dns-prefetch'].map(
      (rel) => [`link ${rel}`, `add('link', { rel: '${rel}', href: out, as: 'script' })`],
    ),
  ),
  form: `add('form', { action: out, method: 'post' }).submit()`,
  'a form in a new tab': `add('form', { action: out, method: 'post', target: '_blank' }).submit()`,
  frame: `add('iframe', { src: out })`,
  'an empty frame of its own origin': `await add('iframe', {}).contentWindow.fetch(out, { mode: 'no-cors' })`,
  object: `add('object', { data: out })`,
  embed: `add('embed', { src: out })`,
  worker: `await ended(new Worker(URL.createObjectURL(new Blob(['fetch("' + out + '")']))))`,
  'shared worker': `await ended(new SharedWorker(URL.createObjectURL(new Blob(['fetch("' + out + '")']))))`,
  'service worker': `await navigator.serviceWorker.register(out)`,
  cache: `await (await caches.open('x')).add(out)`,
  'WebRTC over UDP': `await gathered([{ urls: 'stun:' + host }])`,
  'WebRTC over TCP': `await gathered([{ urls: 'turn:' + host + '?transport=tcp', username: 'u', credential: 'c' }])`,
  'a new window': `window.open(out)`,
  'a link in a new tab': `add('a', { href: out, target: '_blank' }).click()`,
  'leaving the page': `location.href = out`,
};

/**
 * Runs one of them in the page; gives what became of it, as far as the page can tell.
 *
 * @param host where `out` leads, with numbers: WebRTC looks names up by itself
 */
export function attempt(body: string, out: string, host: string): string {
  return `(async () => {
    const out = ${JSON.stringify(out)};
    const host = ${JSON.stringify(host)};
    const add = (name, members) => {
      const made = document.createElement(name);
      Object.assign(made, members);
      document.body.append(made);
      return made;
    };
    const refused = new Promise((resolve) => addEventListener('securitypolicyviolation', resolve, { once: true }));
    const ended = (target) => Promise.race([refused, new Promise((resolve) => {
      for (const name of ['load', 'loadend', 'error', 'open', 'close', 'message']) target.addEventListener(name, resolve);
    })]);
    const gathered = async (iceServers) => {
      const peer = new RTCPeerConnection({ iceServers });
      peer.createDataChannel('x');
      const complete = new Promise((resolve) => peer.addEventListener('icegatheringstatechange', () => {
        if (peer.iceGatheringState === 'complete') resolve();
      }));
      await peer.setLocalDescription(await peer.createOffer());
      await complete;
      peer.close();
    };
    try { ${body}; return 'tried'; } catch (error) { return String(error); }
  })()`;
}
