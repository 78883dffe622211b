/** What a notification says and offers, as data. Names that somebody else gave are in it only as visible, bounded labels. */
import type { CompanionEvent } from '../../preload/contract/events.ts';
import { visibleLabel } from '../../preload/contract/visible-characters.ts';
import { callRoute, type Route } from './routes.ts';
import type { StoppedCall } from './stopped-call.ts';

export interface Notice {
  readonly title: string;
  readonly body: string;
  /** Makes no sound. */
  readonly silent: boolean;
  /** Where a click leads; no click ever answers. */
  readonly click: { readonly kind: 'review' } | { readonly kind: 'open'; readonly route: Route };
  /** What the one button denies; there is none that allows. */
  readonly deny?: { readonly kind: 'approval' | 'question'; readonly id: string };
}

const MAX_BODY = 160;

/** Some systems read markup in a notification. */
function plain(text: string): string {
  return visibleLabel(text, MAX_BODY).replaceAll('<', '‹').replaceAll('>', '›').replaceAll('&', '＆');
}

/** @returns undefined for what asks for no answer. */
export function waitingNotice(event: CompanionEvent, waiting: number): Notice | undefined {
  const common = { silent: false, click: { kind: 'review' } } as const;
  const deny =
    event.type === 'approval_waiting' && event.approval.state === 'waiting'
      ? ({ kind: 'approval', id: event.approval.id } as const)
      : event.type === 'held_waiting'
        ? ({ kind: 'question', id: event.question.id } as const)
        : undefined;
  if (deny === undefined) return undefined;
  // Which of several would a button deny? They are answered one by one, where all of them can be seen.
  if (waiting > 1) return { ...common, title: `${waiting} answers are needed`, body: 'Click to see what waits.' };
  if (event.type === 'approval_waiting') {
    const { client, connector, tool } = event.approval;
    return { ...common, title: 'A call waits for your answer', body: plain(`${client} → ${connector}: ${tool}`), deny };
  }
  return event.type === 'held_waiting'
    ? { ...common, title: 'Your answer is needed', body: plain(event.question.title), deny }
    : undefined;
}

/** @param calls at least one, oldest first. */
export function blockedNotice(calls: readonly StoppedCall[]): Notice {
  const [first] = calls;
  if (first !== undefined && calls.length === 1) {
    return {
      title: 'A call was blocked',
      body: plain(first.label),
      silent: true,
      click: { kind: 'open', route: callRoute(first.id) },
    };
  }
  return {
    title: `${calls.length} calls were blocked`,
    body: plain(first === undefined ? '' : `${first.label}, and ${calls.length - 1} more`),
    silent: true,
    click: { kind: 'open', route: '/activity' },
  };
}
