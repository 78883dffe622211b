import type { ApprovalView } from '../../preload/contract/index.ts';
import type { CompanionHome } from './companion-home.ts';

/** The call that waits for a person, as `runlayer approvals list` shows it; asks until there is one. */
export async function waitingApproval(
  home: CompanionHome,
  matches: (approval: ApprovalView) => boolean = () => true,
): Promise<ApprovalView> {
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) {
    const all = await home.json<ApprovalView[]>(['approvals', 'list']);
    const found = all.find(matches);
    if (found !== undefined) return found;
  }
  throw new Error('no call waits for an answer');
}
