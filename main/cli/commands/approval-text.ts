/** How a call that waits, and a yes that is remembered, read at a terminal. */
import type { ApprovalView, GrantView } from '../../../preload/contract/index.ts';
import { hang, shown } from './render.ts';

/** Minutes and seconds until `moment`, `0:00` where it is over. */
export function timeLeft(moment: string, nowMs: number): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(moment) - nowMs) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export function stateWord({ about, state }: ApprovalView): string {
  return about === 'answer' ? 'answer' : state;
}

function stateText({ about, state, expiresAt }: ApprovalView, nowMs: number): string {
  const left = `${timeLeft(expiresAt, nowMs)} left`;
  if (about === 'answer') return `the call was made; the server's answer waits for you, ${left}`;
  switch (state) {
    case 'waiting':
      return `its client waits, ${left}`;
    case 'pending':
      return `its client was told to call again, and finds your answer then; ${left}`;
    case 'approved':
      return `approved; it is made when its client calls again, ${left}`;
  }
}

function changeLines({ changes, about }: ApprovalView): string[] {
  if (changes === undefined) return [];
  if (changes.length === 0) return ['Nothing differs from the last one of this tool that you were asked about.\n'];
  const what = about === 'answer' ? 'answer' : 'call';
  return [`Differs from the last ${what} that you were asked about:\n`, ...changes.map((line) => `  ${shown(line)}\n`)];
}

export function approvalText(approval: ApprovalView, nowMs: number): string {
  const { client, tool, connector, about } = approval;
  return [
    about === 'answer'
      ? hang('', `${client} called "${tool}" on "${connector}".`)
      : hang('', `${client} wants to call "${tool}" on "${connector}".`),
    hang('Why it asks: ', approval.reason),
    hang('State: ', stateText(approval, nowMs)),
    ...changeLines(approval),
    about === 'answer' ? 'Answer:\n' : 'Arguments:\n',
    ...approval.arguments.split('\n').map((line) => `  ${shown(line)}\n`),
  ].join('');
}

export function grantRow(grant: GrantView, nowMs: number): string[] {
  return [
    grant.id,
    grant.endsAt === undefined ? 'session' : timeLeft(grant.endsAt, nowMs),
    grant.client,
    grant.connector,
    grant.tool,
    grant.when === undefined ? 'any' : JSON.stringify(grant.when),
  ];
}
