import type { UpdateState } from '../../../preload/contract/shell-operations.ts';

export function updateText(state: UpdateState | undefined): string {
  if (state === undefined) return 'Not known yet.';
  switch (state.kind) {
    case 'off':
      return state.reason;
    case 'unknown':
      return state.problem ?? 'It was not asked yet whether there is a newer version.';
    case 'current':
      return 'This is the newest version.';
    case 'available':
      return `Version ${state.version} is there. It is never installed by itself.`;
  }
}
