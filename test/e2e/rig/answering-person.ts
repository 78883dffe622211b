/** A person at the approval window, without drawing it: what is held is allowed through the window's own listener. */
import { vi } from 'vitest';
import type { HeldQuestion } from '../../../preload/contract/index.ts';

export interface AnsweringPerson {
  /** Allows what is held for this operation. */
  allow(operation: string): Promise<void>;
}

/** @param link of the approval window, not used yet. */
export async function answeringPerson(link: string): Promise<AnsweringPerson> {
  const { origin, hash } = new URL(link);
  const post = async (path: string, body: unknown, bearer?: string): Promise<Record<string, unknown>> => {
    const response = await fetch(`${origin}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const { bearer } = await post('/api/session', { token: hash.slice('#t='.length) });
  const call = async (name: string, input: unknown): Promise<unknown> =>
    (await post(`/api/call/${name}`, input, String(bearer)))['value'];
  return {
    allow: async (operation) => {
      const question = await vi.waitFor(async () => {
        const held = (await call('held.list', {})) as HeldQuestion[];
        return held.find((one) => one.operation === operation) ?? Promise.reject(new Error('not held'));
      });
      await call('held.answer', { id: question.id, hash: question.hash, allow: true });
    },
  };
}
