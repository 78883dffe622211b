/** What an upstream is told of who calls. Made here and nowhere else; never for a program that is run. */
import { ORGANISATION } from './organisation.ts';
import type { Principal } from './principals.ts';
import type { ConnectorRow } from './store/rows.ts';
import type { TenantState } from './tenant-state.ts';

interface IdentityForwardReply {
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds since 1970. */
  readonly expires_at: number | null;
  readonly applied: boolean;
}

export async function identityForward(
  state: TenantState,
  connector: ConnectorRow,
  who: Principal,
): Promise<IdentityForwardReply | null> {
  if (!connector.forwards_identity || connector.transport_type === 'stdio') return null;
  const always = { 'X-Runlayer-Org-Id': ORGANISATION.id };
  // An organisation's key stands for nobody: no person, no agent, no token.
  if (who.kind === 'organisation') {
    return { headers: { 'X-Runlayer-Subject-Type': 'agent', ...always }, expires_at: null, applied: true };
  }
  const type = who.kind === 'user' ? 'user' : who.person === undefined ? 'agent' : 'obo';
  const { person } = who;
  const agent = who.kind === 'agent' ? who.agent : undefined;
  const atS = Math.floor(state.now() / 1000);
  const { ttlS } = state.identity;
  const token = await state.signing.sign(
    {
      sub: agent?.id ?? person?.id ?? '',
      subject_type: type,
      organization_id: ORGANISATION.id,
      ...(person === undefined ? {} : { user_id: person.id, user_email: person.email }),
      ...(agent === undefined ? {} : { agent_id: agent.id, agent_name: agent.name }),
    },
    { iss: state.origin(), aud: `runlayer:identity-forward:${connector.id}`, atS, ttlS },
  );
  return {
    headers: {
      'X-Runlayer-Subject-Type': type,
      ...always,
      ...(person === undefined ? {} : { 'X-Runlayer-User-Email': person.email, 'X-Runlayer-User-Id': person.id }),
      ...(agent === undefined ? {} : { 'X-Runlayer-Agent-Id': agent.id, 'X-Runlayer-Agent-Name': agent.name }),
      'X-Runlayer-Identity-Token': token,
    },
    expires_at: atS + ttlS,
    applied: true,
  };
}
