import { describe, expect, it } from 'vitest';
import { defaultActions, resolveActions } from '../../main/guard/actions.ts';

describe('built-in actions', () => {
  it('are these', () => {
    expect(defaultActions('input')).toEqual({
      live_secret: 'block',
      canary: 'block',
      secret: 'block',
      pii: 'alert',
      contact: 'off',
      hidden_text: 'alert',
      injection: 'block',
      poisoning: 'block',
      unscannable: 'block',
    });
    expect(defaultActions('output')).toEqual({
      ...defaultActions('input'),
      live_secret: 'mask',
      secret: 'mask',
      hidden_text: 'mask',
    });
    expect(defaultActions('tool-definition')).toEqual({
      ...defaultActions('input'),
      pii: 'off',
      hidden_text: 'block',
    });
  });
});

describe('chosen actions', () => {
  const settings = {
    all: { secret: 'alert', pii: 'mask', unscannable: 'mask' },
    connectors: { github: { secret: 'mask' }, __proto__: {} },
  } as const;

  it('of a connector win over those for all, and these over the built-in ones', () => {
    expect(resolveActions(settings, 'github', 'output')).toMatchObject({
      secret: 'mask',
      pii: 'mask',
      canary: 'block',
    });
    expect(resolveActions(settings, 'other', 'output')).toMatchObject({ secret: 'alert', pii: 'mask' });
  });

  it('cannot mask a definition, nor what was not looked at', () => {
    expect(resolveActions(settings, 'github', 'tool-definition')).toMatchObject({ secret: 'block', pii: 'block' });
    expect(resolveActions(settings, 'github', 'output').unscannable).toBe('block');
  });

  it('of a name that every object has are nobody’s', () => {
    expect(resolveActions(settings, 'constructor', 'output')).toEqual(resolveActions(settings, 'other', 'output'));
  });
});
