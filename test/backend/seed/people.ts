/** People, agent accounts, sign-ins to servers, and what waits for a yes. Ids are fixed: tests and pictures may name them. */
import type { NewApproval, NewPerson } from '../admin.ts';
import { SEEDED } from './ids.ts';

const at = (name: string): string => `${name}@northwind-robotics.example`;

/** Beside the first person (see organisation.ts), who administers. */
export const PEOPLE: readonly NewPerson[] = [
  { id: SEEDED.people.mateo, email: at('mateo.silva'), name: 'Mateo Silva', groups: ['everyone', 'firmware'] },
  { id: SEEDED.people.priya, email: at('priya.raman'), name: 'Priya Raman', groups: ['everyone', 'firmware'] },
  { id: SEEDED.people.jonas, email: at('jonas.weber'), name: 'Jonas Weber', groups: ['everyone', 'operations'] },
  { id: SEEDED.people.lin, email: at('lin.zhao'), name: 'Lin Zhao', groups: ['everyone', 'design'] },
  {
    id: SEEDED.people.sara,
    email: at('sara.haddad'),
    name: 'Sara Haddad',
    role: 'auditor',
    groups: ['everyone', 'security'],
  },
];

export const AGENTS = [{ id: SEEDED.agents.nightly, name: 'Nightly triage' }] as const;

export const ACCOUNTS = [
  {
    id: SEEDED.accounts.linear,
    server_id: SEEDED.connectors.linear,
    label: 'Northwind workspace',
    session_healthy: true,
  },
  { id: SEEDED.accounts.github, server_id: SEEDED.connectors.github, label: 'northwind-bot', session_healthy: false },
] as const;

export const APPROVALS: readonly NewApproval[] = [
  {
    id: SEEDED.approvals.release,
    title: 'Create release firmware-4.12.0',
    server_name: 'GitHub',
    tool_name: 'create_release',
  },
  {
    id: SEEDED.approvals.channel,
    title: 'Post to #incident-gripper',
    server_name: 'Slack',
    tool_name: 'post_message',
  },
  {
    id: SEEDED.approvals.stock,
    title: 'Write off 140 servo motors',
    server_name: 'Warehouse',
    tool_name: 'adjust_stock',
    can_decide_inline: false,
  },
];
