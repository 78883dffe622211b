/** Device sign-in: codes, the page where a person says yes or no, and the key. */
import { json, page, Refusal, type Answer } from '../answers.ts';
import type { Exchange, Route } from '../exchange.ts';
import { z } from 'zod';
import { donePage, signInPage } from '../pages.ts';
import { hashOf, newDeviceCode, newUserCode, newUserKey } from '../secrets-of-tenant.ts';
import { Person } from '../store/rows.ts';
import { personOf } from '../principals.ts';
import type { TenantState } from '../tenant-state.ts';

const Grant = z.object({
  device_hash: z.string(),
  user_code: z.string(),
  state: z.enum(['pending', 'approved', 'denied', 'used']),
  person_id: z.string().nullable(),
  expires_at: z.number(),
  last_poll: z.number().nullable(),
});

const spellingOf = (code: string): string => {
  const letters = code.toUpperCase().replace(/[^A-Z]/g, '');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
};

/** A key for a person; `expiresAt` in milliseconds, null for never. */
export function giveUserKey({ store, now }: TenantState, personId: string, expiresAt: number | null = null): string {
  const key = newUserKey();
  store.run(
    'INSERT INTO api_key (hash, kind, person_id, role, created_at, expires_at) VALUES (?, ?, ?, NULL, ?, ?)',
    hashOf(key),
    'user',
    personId,
    now(),
    expiresAt,
  );
  return key;
}

/** What the person said on the page. False: there is no such sign-in waiting. */
export function decideDevice(state: TenantState, userCode: string, personId: string, isApproved: boolean): boolean {
  return (
    state.store.run(
      "UPDATE device_grant SET state = ?, person_id = ? WHERE user_code = ? AND state = 'pending' AND expires_at > ?",
      isApproved ? 'approved' : 'denied',
      personId,
      spellingOf(userCode),
      state.now(),
    ) === 1
  );
}

function authorize(state: TenantState): Answer {
  const deviceCode = newDeviceCode();
  const userCode = newUserCode();
  const { expiresInS, intervalS } = state.device;
  state.store.run(
    "INSERT INTO device_grant (device_hash, user_code, state, expires_at) VALUES (?, ?, 'pending', ?)",
    hashOf(deviceCode),
    userCode,
    state.now() + expiresInS * 1000,
  );
  const page = `${state.origin()}/device`;
  return json({
    device_code: deviceCode,
    user_code: userCode,
    verification_uri: page,
    verification_uri_complete: `${page}?user_code=${userCode}`,
    expires_in: expiresInS,
    interval: intervalS,
  });
}

function token(state: TenantState, { json: body }: Exchange): Answer {
  const { device_code: code } = z.object({ device_code: z.string() }).parse(body());
  const hash = hashOf(code);
  const grant = state.store.one(Grant, 'SELECT * FROM device_grant WHERE device_hash = ?', hash);
  if (grant === undefined || grant.state === 'used') throw new Refusal(400, 'invalid_device_code');
  if (grant.state === 'denied') throw new Refusal(400, 'access_denied');
  if (grant.expires_at <= state.now()) throw new Refusal(400, 'expired_token');
  if (grant.state === 'approved' && grant.person_id !== null) {
    state.store.run("UPDATE device_grant SET state = 'used' WHERE device_hash = ?", hash);
    return json({ api_key: giveUserKey(state, grant.person_id) });
  }
  const isTooSoon = grant.last_poll !== null && state.now() - grant.last_poll < state.device.intervalS * 1000;
  state.store.run('UPDATE device_grant SET last_poll = ? WHERE device_hash = ?', state.now(), hash);
  return json({ detail: isTooSoon ? 'slow_down' : 'authorization_pending' }, 202);
}

function showPage(state: TenantState, { query }: Exchange): Answer {
  const people = state.store.all(Person, 'SELECT * FROM person ORDER BY name');
  return page(signInPage(people, query.get('user_code') ?? ''));
}

function answerPage(state: TenantState, { form, headers }: Exchange): Answer {
  // Another site's form must not say yes for the person.
  if (headers.origin !== undefined && headers.origin !== 'null' && headers.origin !== state.origin()) {
    throw new Refusal(403, 'Cross-site request refused');
  }
  const fields = form();
  const person = personOf(state, 'id', fields.get('person') ?? '');
  const isApproved = fields.get('decision') === 'approve';
  if (person === undefined) return page(donePage('Nobody is chosen', 'Go back and choose who you are.'), 400);
  if (!decideDevice(state, fields.get('user_code') ?? '', person.id, isApproved)) {
    return page(
      donePage('This code is not waiting', 'It may be misspelt, over, or answered already. Start again.'),
      400,
    );
  }
  return isApproved
    ? page(donePage('You are signed in', `The device acts as ${person.name} from now on. You can close this page.`))
    : page(donePage('Refused', 'The device was not signed in. You can close this page.'));
}

export function deviceRoutes(state: TenantState): Route[] {
  return [
    { at: 'POST /api/v1/cli/device/authorize', handle: () => authorize(state) },
    { at: 'POST /api/v1/cli/device/token', handle: (exchange) => token(state, exchange) },
    { at: 'GET /device', handle: (exchange) => showPage(state, exchange) },
    { at: 'POST /device', handle: (exchange) => answerPage(state, exchange) },
  ];
}
