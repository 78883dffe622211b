import { describe, expect, it } from 'vitest';
import { ConnectorName } from '../../../preload/contract/index.ts';
import {
  checkText,
  connectorPath,
  freeName,
  nameProblem,
  placeOf,
  sizeText,
} from '../../../renderer/features/connectors/connector-model.ts';

const parts = (path: string): string[] => path.split('/').filter(Boolean);

describe('the places of connectors', () => {
  it.each(['files', 'catalogue', 'add', 'named', 'tools'])('%s has a page of its own, and its tabs', (name) => {
    expect(placeOf(parts(connectorPath(name)))).toEqual({ kind: 'connector', name, tab: undefined });
    expect(placeOf(parts(connectorPath(name, 'logs')))).toEqual({ kind: 'connector', name, tab: 'logs' });
  });

  it('are these besides', () => {
    expect(placeOf(['connectors'])).toEqual({ kind: 'list' });
    expect(placeOf(['connectors', 'named'])).toEqual({ kind: 'list' });
    expect(placeOf(['connectors', 'add'])).toEqual({ kind: 'add' });
    expect(placeOf(['connectors', 'catalogue'])).toEqual({ kind: 'catalogue', entry: undefined });
    expect(placeOf(['connectors', 'catalogue', 'github'])).toEqual({ kind: 'catalogue', entry: 'github' });
  });
});

describe('a name', () => {
  it.each([
    ['Files!', [], 'files'],
    ['files', ['files', 'files-2'], 'files-3'],
    ['\u202e--', [], 'server'],
    ['x'.repeat(100), [], 'x'.repeat(50)],
  ])('of %s is free and fits', (wanted, taken, name) => {
    expect(freeName(wanted, taken)).toBe(name);
    expect(ConnectorName.safeParse(name).success).toBe(true);
    expect(nameProblem(name, taken)).toBeUndefined();
  });

  it.each(['', 'Upper', '-x', 'a b', 'x'.repeat(64)])('%j does not fit', (name) => {
    expect(nameProblem(name, [])).toMatch(/begin with a letter/);
  });

  it('is taken once', () => {
    expect(nameProblem('files', ['files'])).toMatch(/already/);
  });
});

it('a check is told in words', () => {
  const at = '2026-11-21T08:00:00.000Z';
  expect(checkText({ check: null, signIn: 'signed_out' }).next).toMatch(/Sign in/);
  expect(checkText({ check: null, signIn: 'not_needed' }).tone).toBe('plain');
  expect(checkText({ check: { state: 'running', at }, signIn: 'not_needed' }).text).toMatch(/started now/);
  expect(checkText({ check: { state: 'passed', at, durationMs: 1250, tools: 1 }, signIn: 'not_needed' }).text).toBe(
    'It answered in 1.3 s, with 1 tool.',
  );
  const failed = { state: 'failed', at, durationMs: 1, code: 'E_X', message: 'Bad.', next: 'Look.' } as const;
  expect(checkText({ check: failed, signIn: 'not_needed' })).toEqual({ text: 'Bad.', tone: 'bad', next: 'Look.' });
});

it.each([
  [5, '5 bytes'],
  [1500, '1.5 kB'],
  [2_500_000, '2.5 MB'],
])('%d bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
