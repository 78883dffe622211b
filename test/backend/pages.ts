/** The pages that a person sees. They work without scripts; every text is escaped. */
import { ORGANISATION } from './organisation.ts';
import type { ApprovalRow, ConnectorRow, Person } from './store/rows.ts';

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign);

const STYLE = `
:root{color-scheme:light dark}
body{margin:0;font:16px/1.5 system-ui,sans-serif;background:#f4f5f7;color:#14171a;display:grid;place-items:center;min-height:100vh}
main{background:#fff;border:1px solid #dfe2e6;border-radius:12px;padding:32px;max-width:520px;width:calc(100% - 96px)}
h1{font-size:22px;margin:0 0 8px}p{margin:0 0 16px;color:#4a5158}small{color:#6b737b}
label{display:block;margin:16px 0 4px;font-weight:600}
input,select{width:100%;box-sizing:border-box;font:inherit;padding:10px;border:1px solid #b9bfc6;border-radius:8px;background:#fff;color:inherit}
input[name=user_code]{font:600 22px ui-monospace,monospace;letter-spacing:.12em;text-align:center;text-transform:uppercase}
.buttons{display:flex;gap:12px;margin-top:24px}button{flex:1;font:inherit;font-weight:600;padding:11px;border-radius:8px;border:1px solid #b9bfc6;background:#fff;color:inherit}
button[value=approve]{background:#1d4ed8;border-color:#1d4ed8;color:#fff}
td,th{text-align:left;padding:4px 12px 4px 0;vertical-align:top;font-size:14px}
@media(prefers-color-scheme:dark){body{background:#0f1214;color:#e8eaed}main,input,select,button{background:#181c1f;border-color:#343b41}p,small{color:#a3abb3}}`;

const frame = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
  `<title>${escapeHtml(title)} · ${escapeHtml(ORGANISATION.name)}</title><style>${STYLE}</style></head><body><main>` +
  `<small>${escapeHtml(ORGANISATION.name)} · reference tenant</small>${body}</main></body></html>`;

export function signInPage(people: readonly Person[], userCode: string): string {
  const options = people
    .map(({ id, name, email }) => `<option value="${escapeHtml(id)}">${escapeHtml(`${name} (${email})`)}</option>`)
    .join('');
  return frame(
    'Sign in a device',
    `<h1>Sign in a device</h1><p>A program asks to act for you. Say yes only if you started it, and the code is the one it shows.</p>` +
      `<form method="post" action="/device"><label for="code">Code</label>` +
      `<input id="code" name="user_code" autocomplete="off" maxlength="16" required value="${escapeHtml(userCode.slice(0, 16))}">` +
      `<label for="person">You are</label><select id="person" name="person">${options}</select>` +
      `<div class="buttons"><button name="decision" value="deny">Deny</button><button name="decision" value="approve">Approve</button></div></form>`,
  );
}

export function donePage(title: string, text: string): string {
  return frame(title, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>`);
}

export function approvalPage({ id, title, status, server_name: server, tool_name: tool }: ApprovalRow): string {
  const form =
    status === 'pending'
      ? `<form method="post" action="/approvals/${escapeHtml(id)}"><div class="buttons"><button name="decision" value="deny">Deny</button>` +
        `<button name="decision" value="approve">Approve</button></div></form>`
      : '';
  return frame(
    'Approval',
    `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(`${tool} on ${server}: ${status}`)}</p>${form}`,
  );
}

export function homePage(connectors: readonly ConnectorRow[]): string {
  const rows = connectors
    .map(
      ({ name, transport_type: transport, id }) =>
        `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(transport)}</td><td><code>${escapeHtml(id)}</code></td></tr>`,
    )
    .join('');
  return frame(
    'Connectors',
    `<h1>Connectors</h1><table><tr><th>Name</th><th>Transport</th><th>Id</th></tr>${rows}</table>`,
  );
}
