/** A small believable organisation: who is there, what they use, what the rules say, and what happened lately. */
import type { TenantAdmin } from '../admin.ts';
import type { TenantState } from '../tenant-state.ts';
import { CONNECTORS, POLICIES } from './connectors.ts';
import { seedHistory } from './history.ts';
import { ACCOUNTS, AGENTS, APPROVALS, PEOPLE } from './people.ts';

/** A database that holds connectors already keeps what it has. */
export function seed(state: TenantState, admin: TenantAdmin): void {
  if (admin.connectors().length > 0) return;
  state.store.together(() => {
    for (const person of PEOPLE) admin.addPerson(person);
    for (const { name, id } of AGENTS) admin.createAgent(name, id);
    for (const connector of CONNECTORS) admin.addConnector(connector);
    for (const policy of POLICIES) admin.setPolicy(policy);
    for (const account of ACCOUNTS) admin.addAccount(account);
    for (const approval of APPROVALS) admin.addApproval(approval);
    seedHistory(state, admin);
  });
}
