/** A planted value: whatever carries it is blocked and recorded, and the value itself is nowhere but where it was planted. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyringMissing, startKeyring, type Keyring } from '../secrets/throwaway-keyring.ts';
import { describeJourney, openHome, type CompanionHome } from './companion-home.ts';
import { codeOf, expectWholeAudit, findingsOf, lineOf, logged, percentEncoded, textOf } from './deciding-checks.ts';
import { answer, Offering, textResult, tool } from './offering.ts';
import { RawClient } from './raw-client.ts';

interface Made {
  readonly name: string;
  readonly value: string;
}

const skip = keyringMissing === undefined ? '' : ` [skipped: ${keyringMissing}]`;
/** Whatever tells of calls, servers and secrets. */
const SHOWN = [
  ['logs'],
  ['logs', '--json', '--events'],
  ['connectors', 'logs', 'watched'],
  ['guard', 'canary', 'list'],
  ['guard', 'canary', 'list', '--json'],
  ['secrets', 'list', '--json'],
  ['pins', 'list', '--json'],
  ['pins', 'diff', 'watched'],
  ['approvals', 'list', '--json'],
  ['status', '--json'],
  ['doctor', '--json'],
];
const forms = (value: string): readonly (readonly [string, string])[] => [
  ['plain', value],
  ['base64', Buffer.from(value).toString('base64')],
  ['base64 further in', Buffer.from(`ab${value}cd`).toString('base64')],
  ['hex', Buffer.from(value).toString('hex')],
  ['percent', percentEncoded(value)],
  ['reversed', Array.from(value).toReversed().join('')],
];

describeJourney(`a canary${skip}`, () => {
  const here = it.skipIf(keyringMissing !== undefined);
  let home: CompanionHome;
  let keyring: Keyring | undefined;
  let offering: Offering;
  let planted: Made;

  const open = async (name?: string): Promise<RawClient> => {
    const client = new RawClient(home.start(['run', 'watched']));
    await client.initialize(name);
    return client;
  };
  const reached = (name: string): number =>
    offering.requests('tools/call').filter(({ params }) => params?.['name'] === name).length;
  /** What the companion wrote, and what it shows to whoever asks. */
  const isNowhere = async (value: string): Promise<void> => {
    const ended = await Promise.all(SHOWN.map((args) => home.runlayer(args)));
    const shown = ended.flatMap(({ out, err }) => [out, err]);
    for (const [how, form] of forms(value)) {
      expect([how, home.filesHolding(form)]).toEqual([how, []]);
      // Not compared as text, so that a failure does not print it.
      expect([how, shown.some((text) => text.includes(form))]).toEqual([how, false]);
    }
  };

  beforeAll(async () => {
    if (keyringMissing !== undefined) return;
    keyring = await startKeyring();
    home = await openHome(keyring.env);
    offering = new Offering({ tools: ['take', 'give', 'say', 'stray'].map((name) => tool(name)) });
    await home.add('watched', offering.command);
    // Some canaries look like tokens of services; here only the exact value counts.
    await home.must(['guard', 'set', 'secret', 'alert', '--connector', 'watched', '-y']);
    planted = await home.json<Made>(['guard', 'canary', '--note', 'in the old backup']);
  });
  afterAll(async () => {
    await home?.close();
    await keyring?.stop();
    offering?.close();
  });

  here('is shown once, has a name, and is another one each time', async () => {
    expect(planted.value.length).toBeGreaterThan(20);
    const second = await home.json<Made>(['guard', 'canary', 'add']);
    expect(second.value === planted.value).toBe(false);
    expect(second.name).not.toBe(planted.name);
    const all = await home.json<{ name: string }[]>(['guard', 'canary', 'list']);
    expect(all.map(({ name }) => name).toSorted()).toEqual([planted.name, second.name].toSorted());
    expect((await home.runlayer(['guard', 'canary', 'remove', second.name])).code).toBe(2);
    await home.must(['guard', 'canary', 'remove', second.name, '-y']);
    expect(await home.must(['guard', 'canary', 'list'])).not.toContain(second.name);
    await isNowhere(planted.value);
  });

  here('blocks a call that carries it, in each form, and the server never sees it', async () => {
    const client = await open();
    for (const [how, form] of forms(planted.value)) {
      expect([how, codeOf(await client.call(how, 'take', { text: `look: ${form}` }))]).toEqual([how, 'guard_block']);
      expect(lineOf(client, how).includes(form)).toBe(false);
    }
    const half = Math.floor(planted.value.length / 2);
    const split = { a: planted.value.slice(0, half), b: planted.value.slice(half) };
    expect(codeOf(await client.call('split', 'take', split))).toBe('guard_block');
    expect(codeOf(await client.call('key', 'take', { [planted.value]: 1 }))).toBe('guard_block');
    expect(reached('take')).toBe(0);
    expect(textOf(await client.call('harmless', 'take', { text: 'nothing' }))).toBe('done take');
    expect(await client.close()).toBe(0);
    const found = await findingsOf(home, 'take');
    expect(found.filter((one) => one.startsWith('canary/'))).toHaveLength(forms('').length + 2);
    await isNowhere(planted.value);
    await expectWholeAudit(home);
  });

  here('keeps back a result that holds it, in each form, and says that the call was made', async () => {
    const client = await open();
    for (const [how, form] of forms(planted.value)) {
      offering.answers('tools/call give', answer(textResult(`found ${form} there`)));
      const kept = await client.call(how, 'give');
      expect([how, codeOf(kept), kept.result?.isError]).toEqual([how, 'guard_block', true]);
      expect(textOf(kept)).toContain('the call was made');
      expect(lineOf(client, how).includes(form)).toBe(false);
    }
    expect(reached('give')).toBe(forms('').length);
    expect(await client.close()).toBe(0);
    const outcomes = home
      .records()
      .flatMap((one) => (one.kind === 'outcome' && one['gen_ai.tool.name'] === 'give' ? [one.outcome] : []));
    expect(new Set(outcomes)).toEqual(new Set(['withheld']));
    await isNowhere(planted.value);
    await expectWholeAudit(home);
  });

  here('passes in nothing else: names, addresses, notifications, questions, stray prints', async () => {
    const { value } = planted;
    offering.answers(
      'tools/call say',
      `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"has ${value}"}}`,
      `{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"is it ${value}?","requestedSchema":{}}}`,
      `a stray print of ${value}`,
      answer(textResult('said')),
    );
    const client = await open(`client ${value}`);
    expect(textOf(await client.call('say', 'say'))).toBe('said');
    await client.call('name', value);
    await client.request('read', 'resources/read', { uri: `file:///${value}` });
    await client.request('prompt', 'prompts/get', { name: 'p', arguments: { a: value } });
    const sent = offering
      .received()
      .split('\n')
      .filter((line) => !line.includes('"initialize"'));
    expect(sent.some((line) => line.includes(value))).toBe(false);
    const got = client.messages().filter(({ id, method }) => method !== undefined || id !== 'name');
    expect(JSON.stringify(got).includes(value)).toBe(false);
    expect(await client.close()).toBe(0);
    const events = (await logged(home, '--events')).filter(({ event }) => event === 'guard_found');
    expect(events.map(({ detail }) => detail?.['category'])).toContain('canary');
    await isNowhere(value);
    await expectWholeAudit(home);
  });

  here('is not shown in a definition, and not kept with what was agreed to', async () => {
    offering.change({
      tools: [tool('take'), tool('give', `Needs ${planted.value}.`)],
      prompts: [{ name: 'p', description: `Says ${planted.value}.` }, { name: 'q' }],
      instructions: `Use ${planted.value}.`,
    });
    const client = await open();
    expect(lineOf(client, 'init')).not.toContain('instructions');
    const { result } = await client.request('list', 'tools/list');
    expect(result?.tools?.map(({ name }) => name)).toEqual(['take']);
    const prompts = await client.request('prompts', 'prompts/list');
    expect(prompts.result?.['prompts']).toEqual([{ name: 'q' }]);
    expect((await client.call('give', 'give')).error?.code).toBe(-32_602);
    expect(client.lines.some((line) => line.includes(planted.value))).toBe(false);
    expect(await client.close()).toBe(0);
    await isNowhere(planted.value);
    offering.change({ tools: [tool('take'), tool('give')], prompts: [], instructions: undefined });
    await expectWholeAudit(home);
  });

  here('is still looked for after a restart, and no longer once it was removed', async () => {
    await home.must(['stop']);
    const client = await open();
    expect(codeOf(await client.call('still', 'take', { text: planted.value }))).toBe('guard_block');
    await home.must(['guard', 'canary', 'remove', planted.name, '-y']);
    expect(textOf(await client.call('removed', 'take', { text: planted.value }))).toBe('done take');
    expect((await home.runlayer(['guard', 'canary', 'remove', planted.name, '-y'])).code).not.toBe(0);
    expect(await client.close()).toBe(0);
    await expectWholeAudit(home);
  });
});
