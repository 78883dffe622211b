/**
 * A stranger's script in the page, with all that the page has: it starts no program, reads no secret, approves nothing, makes no
 * rule weaker and reaches nobody (that is escape.test.ts). Every operation of the list is tried.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { operations, type ApprovalView, type HeldQuestion, type OperationName } from '../../preload/contract/index.ts';
import { UI_OPERATIONS, type UiClass } from '../contract/ui-operations.ts';
import type { RawClient } from '../journeys/raw-client.ts';
import { waitingApproval } from '../journeys/waiting-approval.ts';
import { SAMPLES } from '../operations/sample-inputs.ts';
import { fillForScript } from './rig/fill-for-script.ts';
import { describeInBrowser, openRig, type Rig } from './rig/open-rig.ts';
import { answeringPerson, type AnsweringPerson } from './rig/answering-person.ts';
import { scriptIn, type PageScript, type RawAnswer } from './rig/page-script.ts';

const SECRET = 's3cr3t-Vb7Qm2Xk9TzR4wLp';
const FORMS = [SECRET, Buffer.from(SECRET).toString('base64').slice(0, 24), Buffer.from(SECRET).toString('hex')];

const judged = (wanted: UiClass): OperationName[] =>
  Object.entries(UI_OPERATIONS).flatMap(([name, is]) => (is === wanted ? [name as OperationName] : []));
const closed = Object.keys(operations).filter((name) => !Object.hasOwn(UI_OPERATIONS, name));

/** Without what the companion itself keeps in the keychain, whenever it seals the journal. */
function settingsOf(text: string): unknown {
  const { settings } = JSON.parse(text) as { settings: { secrets: { name: string }[] } };
  return { ...settings, secrets: settings.secrets.filter(({ name }) => !name.startsWith('audit.')) };
}

/** What cannot succeed in this home, with the code of its refusal: nobody is signed in, and no browser waits for a sign-in. */
const CANNOT = new Map<OperationName, string>([
  ['connectors.signIn', 'E_SIGN_IN_NOT_NEEDED'],
  ['connectors.signInResult', 'E_SIGN_IN_UNKNOWN'],
  ['tenant.servers', 'E_TENANT_HOST_NEEDED'],
  ['tenant.approvals', 'E_TENANT_NOBODY'],
  ['tenant.preview', 'E_TENANT_HOST_NEEDED'],
  ['tenant.signInResult', 'E_SIGN_IN_UNKNOWN'],
  ['tenant.signInCancel', 'E_SIGN_IN_UNKNOWN'],
  ['tenant.signOut', 'E_TENANT_HOST_NEEDED'],
  ['clients.undoPreview', 'E_NOTHING_TO_UNDO'],
  ['secrets.unlock', 'E_VAULT_PASSPHRASE'],
  // Of the app alone.
  ['preferences.set', 'E_NOT_AVAILABLE'],
  ['grants.revoke', 'E_GRANT_UNKNOWN'],
  ['hub.listen.remove', 'E_HUB_LISTENER_UNKNOWN'],
  ['hub.origins.refuse', 'E_HUB_ORIGIN_UNKNOWN'],
  ['held.refuse', 'E_QUESTION_UNKNOWN'],
]);

/** What these are about is not here, so that nobody is asked. */
const NOT_PUT = new Map<OperationName, string>([
  ['tenant.decide', 'E_TENANT_APPROVAL_CHANGED'],
  ['pins.accept', 'E_PIN_UNKNOWN'],
  ['clients.undo', 'E_CONSENT_CHANGED'],
  ['tenant.accept', 'E_CONSENT_CHANGED'],
]);

describeInBrowser('a page with a stranger\u2019s script in it', () => {
  let rig: Rig;
  let context: BrowserContext;
  let page: Page;
  let script: PageScript;
  let client: RawClient;
  let waiting: ApprovalView;
  let person: AnsweringPerson;
  /** Where the sample of an operation would mean nothing in this home. */
  let inputs: Partial<Record<OperationName, unknown>>;

  const inputOf = (name: OperationName): unknown => inputs[name] ?? SAMPLES[name];
  const held = async (): Promise<HeldQuestion[]> =>
    (JSON.parse((await script.call('held.list', {})).body) as { value: HeldQuestion[] }).value;
  /** What a script must not be able to change: all settings, which secrets there are and since when, clients\u2019 files, and what runs. */
  const state = (): unknown => [
    settingsOf(readFileSync(join(rig.home.home, 'settings.json'), 'utf8')),
    readFileSync(join(rig.home.home, '../../.cursor/mcp.json'), 'utf8'),
    rig.home
      .look()
      .map(({ pid, what }) => `${pid} ${what}`)
      .toSorted(),
  ];
  /** `done`, or the code of the refusal. */
  const codeOf = ({ body }: RawAnswer): string =>
    (JSON.parse(body) as { error?: { code: string } }).error?.code ?? 'done';
  const holdsNoSecret = ({ body }: RawAnswer): void => {
    for (const form of FORMS) expect(body.includes(form)).toBe(false);
  };

  beforeAll(async () => {
    rig = await openRig();
    ({ client, waiting, inputs } = await fillForScript(rig.home, SECRET));
    context = await rig.context();
    page = await rig.open({}, context);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    script = scriptIn(page);
    // Only what was shown is put to anybody.
    const seen = async <T>(name: OperationName): Promise<T> =>
      (JSON.parse((await script.call(name, inputOf(name))).body) as { value: T }).value;
    const own = await seen<{ hash: string }>('connectors.preview');
    const drafted = await seen<{ request: { hash: string } }>('connectors.draft');
    const brought = await seen<{ consent: { hash: string } }>('clients.bringInPreview');
    Object.assign(inputs, {
      'connectors.save': { ...(inputs['connectors.preview'] as object), consentHash: own.hash },
      'connectors.install': { name: 'more', default: 'ask', consentHash: drafted.request.hash },
      'clients.bringIn': { ...(inputs['clients.bringInPreview'] as object), consentHash: brought.consent.hash },
    });
    await script.call('approvals.pause', { client: 'cursor', minutes: 60 });
    const { value } = JSON.parse((await script.call('review.open', { again: true })).body) as {
      value: { url: string };
    };
    person = await answeringPerson(value.url);
  });
  afterAll(async () => {
    await client?.close();
    await rig?.close();
  });

  it('finds every operation closed that is not the interface\u2019s', async () => {
    const before = state();
    for (const name of closed) {
      const answer = await script.call(name, inputOf(name as OperationName));
      expect([name, answer.status]).toEqual([name, 404]);
    }
    expect(state()).toEqual(before);
  });

  const possible = (names: OperationName[]): OperationName[] => names.filter((name) => !CANNOT.has(name));

  it.each(possible(judged('reads')))('%s shows no secret and changes nothing', async (name) => {
    const before = state();
    const answer = await script.call(name, inputOf(name));
    expect([name, codeOf(answer)]).toEqual([name, 'done']);
    holdsNoSecret(answer);
    expect(state()).toEqual(before);
  });

  /** Whoever is refused again and again is not asked any more; a yes, here to nothing at all, ends that. */
  const beAskable = async (): Promise<void> => {
    const asked = script.call('lockdown.off', {});
    await person.allow('lockdown.off');
    expect((await asked).body).toContain('E_LOCKDOWN');
  };

  it.each(judged('held').filter((name) => !NOT_PUT.has(name)))(
    '%s waits for a person, whom the page cannot be',
    async (name) => {
      await beAskable();
      const before = state();
      const asked = script.call(name, inputOf(name));
      // A page can wait for a question by nothing but its own list.
      const question = await vi.waitFor(
        async () => (await held()).find((one) => one.operation === name) ?? Promise.reject(new Error('not held')),
        {
          timeout: 10_000,
          interval: 20,
        },
      );
      // What it is about may hold what no page is shown; the approval window has it.
      expect(question).toMatchObject({
        from: 'interface',
        title: expect.stringMatching(/./) as string,
        detail: '',
        hash: '',
      });
      const { id, hash } = question;
      for (const yes of ['held.answer', 'approvals.approve'])
        expect((await script.call(yes, { id, hash, allow: true })).status).toBe(404);
      expect(await held()).toContainEqual(question);
      await script.call('held.refuse', { id });
      expect(JSON.parse((await asked).body)).toMatchObject({ error: { code: 'E_DECLINED' } });
      expect(state()).toEqual(before);
    },
  );

  it.each([...NOT_PUT])('%s is not even asked about where there is nothing of the kind', async (name, code) => {
    const before = state();
    expect((await script.call(name, inputOf(name))).body).toContain(code);
    expect(await held()).toEqual([]);
    expect(state()).toEqual(before);
  });

  it('is asked about no more after three refusals in a row', async () => {
    await beAskable();
    for (let n = 0; n < 3; n += 1) {
      const asked = script.call('lockdown.off', {});
      const { id } = await vi.waitFor(async () => (await held())[0] ?? Promise.reject(new Error('not held')));
      await script.call('held.refuse', { id });
      expect((await asked).body).toContain('E_DECLINED');
    }
    expect((await script.call('lockdown.off', {})).body).toContain('E_TOO_MANY');
  });

  it('cannot use the approval window, though it can open it', async () => {
    const { value } = JSON.parse((await script.call('review.open', { again: true })).body) as {
      value: { url: string };
    };
    const link = new URL(value.url);
    const token = link.hash.slice('#t='.length);
    const json = { 'content-type': 'application/json' };
    const body = JSON.stringify({ token });
    for (const init of [
      { method: 'POST', headers: json, body },
      { method: 'POST', body, mode: 'no-cors' },
    ])
      expect((await script.fetch(`${link.origin}/api/session`, init)).status).toBe(0);
    const [popup] = await Promise.all([
      context.waitForEvent('page'),
      page.evaluate(
        `window.opened = window.open(${JSON.stringify(value.url)}, 'approval', 'popup,width=200,height=200'), 0`,
      ),
    ]);
    // The token was still good: nothing of the page had used it.
    await popup.getByRole('button', { name: 'Allow', exact: true }).waitFor();
    expect(await page.evaluate('window.opened.closed')).toBe(true);
    const reach = `(() => { try { return window.opened.document.title } catch (error) { return error.name } })()`;
    expect(await page.evaluate(reach)).toMatch(/Error$/);
    await page.evaluate(`(() => {
      const frame = document.createElement('iframe');
      frame.src = ${JSON.stringify(link.origin)};
      document.body.append(frame);
      return new Promise((resolve) => frame.addEventListener('load', resolve));
    })()`);
    expect(page.frames().some((frame) => frame.url().startsWith(link.origin))).toBe(false);
    await popup.close();
    expect((await waitingApproval(rig.home)).id).toBe(waiting.id);
  });

  it('has a bearer that is good for nothing else', async () => {
    const bearer = await script.bearer();
    const { value } = JSON.parse((await script.call('review.open', { again: true })).body) as {
      value: { url: string };
    };
    const { url } = (JSON.parse((await script.call('hub.endpoint', {})).body) as { value: { url: string } }).value;
    for (const address of [`${new URL(value.url).origin}/api/call/held.list`, url]) {
      const answer = await fetch(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
        body: '{}',
      });
      expect(answer.status).toBe(401);
      expect(
        (await script.fetch(address, { method: 'POST', headers: { authorization: `Bearer ${bearer}` } })).status,
      ).toBe(0);
    }
  });

  // The last one refuses what waits, which is to be refused by name before.
  const lastOf = (names: OperationName[]): OperationName[] => [
    ...names.filter((name) => name !== 'lockdown.on'),
    'lockdown.on',
  ];
  it.each([...CANNOT])('%s is refused where there is nothing of the kind, and changes nothing', async (name, code) => {
    const before = state();
    const answer = await script.call(name, inputOf(name));
    expect([name, codeOf(answer)]).toEqual([name, code]);
    holdsNoSecret(answer);
    expect(state()).toEqual(before);
  });
  it.each(lastOf(possible([...judged('harmless'), ...judged('tightens')])))(
    '%s starts nothing and shows no secret',
    async (name) => {
      const running = rig.home.look().map(({ pid }) => pid);
      const answer = await script.call(name, inputOf(name));
      expect([name, codeOf(answer)]).toEqual([name, 'done']);
      holdsNoSecret(answer);
      expect(rig.home.look().filter(({ pid }) => !running.includes(pid))).toEqual([]);
    },
  );

  it('has let nothing through', async () => {
    expect(
      rig.home.records().filter((record) => record.kind === 'intent' && record.decision.effect === 'allow'),
    ).toEqual([]);
  });
});
