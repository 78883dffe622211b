/**
 * A person's yes that counts for more than one call: who calls, connector, tool, and what the arguments must be. Kept in memory
 * alone. It answers questions of rules and defaults and no others: what the guard finds, and which results came before, nobody
 * can say yes to in advance. A denial never comes here. Whatever cannot be told (a condition that cannot be evaluated) is not
 * covered.
 */
import { CompanionError, type Condition, type GrantView } from '../../preload/contract/index.ts';
import { deadlineAfter, type Clocks, type Deadline } from './deadline.ts';
import { kindOf } from './question-kind.ts';
import type { ApprovalRequest } from './request.ts';

export interface GrantOptions extends Clocks {
  readonly newId: () => string;
  /** Runs `then` after `ms`; the returned function takes it back. */
  readonly schedule: (ms: number, then: () => void) => () => void;
  readonly maxGrants: number;
  /** True only where the condition surely holds. */
  readonly fits: (when: Condition, args: unknown) => boolean;
  /** Throws when it cannot be recorded: then a grant is not given. `by`: a person, or why it ended by itself. */
  readonly recordGrant: (event: 'grant_given' | 'grant_ended', grant: GrantView, by: string) => void;
}

export interface NewGrant {
  readonly scope: 'session' | 'hour';
  readonly when?: Condition;
}

/** What of a question a grant for it is about. */
export type Granting = Pick<
  ApprovalRequest,
  'client' | 'connector' | 'tool' | 'owner' | 'session' | 'arguments' | 'decision'
>;

export interface Grants {
  answering(request: Granting): GrantView | undefined;
  /** Throws why it cannot be given. It counts once `give` was called, which throws what `recordGrant` does. */
  prepare(wanted: NewGrant, question: Granting, by: string): { give(): void };
  list(): GrantView[];
  /** Throws `E_GRANT_UNKNOWN`, and what `recordGrant` throws: it is ended all the same. */
  revoke(id: string, by: string): GrantView;
  sessionEnded(owner: string, session: string): void;
  close(): void;
}

interface Grant {
  readonly view: GrantView;
  readonly owner: string;
  readonly session: string;
  readonly deadline: Deadline | undefined;
  readonly unschedule: () => void;
}

const HOUR_MS = 3_600_000;

export function createGrants(options: GrantOptions): Grants {
  const grants = new Map<string, Grant>();

  const drop = (grant: Grant): void => {
    grants.delete(grant.view.id);
    grant.unschedule();
  };
  /** It is over whether or not that can be recorded. */
  const end = (grant: Grant, why: string): void => {
    if (!grants.has(grant.view.id)) return;
    drop(grant);
    try {
      options.recordGrant('grant_ended', grant.view, why);
    } catch {
      // What ends by itself only tightens.
    }
  };
  const live = (): Grant[] => {
    for (const grant of grants.values()) if (grant.deadline?.isOver() === true) end(grant, 'its time');
    return [...grants.values()];
  };
  const fits = (when: Condition | undefined, args: unknown): boolean => {
    if (when === undefined) return true;
    try {
      return options.fits(when, args);
    } catch {
      return false;
    }
  };
  const covers = ({ view, owner, session }: Grant, request: Granting): boolean =>
    view.connector === request.connector &&
    view.tool === request.tool &&
    view.client === request.client &&
    owner === request.owner &&
    (view.scope === 'hour' || session === request.session) &&
    fits(view.when, request.arguments);

  return {
    answering: (request) =>
      kindOf(request.decision) === 'rule' ? live().find((grant) => covers(grant, request))?.view : undefined,

    prepare: ({ scope, when }, question, by) => {
      if (!fits(when, question.arguments)) {
        throw new CompanionError(
          'E_GRANT_UNFIT',
          'The condition does not hold for this very call.',
          'Correct it, or approve this one call without it.',
          { exitCode: 2 },
        );
      }
      if (live().length >= options.maxGrants) {
        throw new CompanionError(
          'E_GRANTS_FULL',
          `There are ${grants.size} grants already.`,
          'Approve this one call alone, or end a grant: "runlayer approvals grants" lists them.',
        );
      }
      return {
        give: () => {
          const { client, connector, tool, owner, session } = question;
          const given = options.clock();
          const deadline = scope === 'hour' ? deadlineAfter(HOUR_MS, options, given) : undefined;
          const view: GrantView = {
            id: options.newId(),
            client,
            connector,
            tool,
            ...(when === undefined ? {} : { when }),
            scope,
            createdAt: given.toISOString(),
            ...(deadline === undefined ? {} : { endsAt: deadline.at.toISOString() }),
          };
          options.recordGrant('grant_given', view, by);
          const unschedule =
            deadline === undefined ? () => {} : options.schedule(HOUR_MS, () => end(grant, 'its time'));
          const grant: Grant = { view, owner, session, deadline, unschedule };
          grants.set(view.id, grant);
        },
      };
    },

    list: () => live().map(({ view }) => view),

    revoke: (id, by) => {
      const grant = live().find(({ view }) => view.id === id);
      if (grant === undefined) {
        throw new CompanionError(
          'E_GRANT_UNKNOWN',
          `There is no grant "${id.slice(0, 64)}".`,
          'It may have ended. See "runlayer approvals grants".',
          { exitCode: 2 },
        );
      }
      drop(grant);
      options.recordGrant('grant_ended', grant.view, by);
      return grant.view;
    },

    sessionEnded: (owner, session) => {
      for (const grant of live()) {
        // Nobody but the session could use the hour of one that it owns itself.
        const isBound = grant.view.scope === 'session' || owner === session;
        if (isBound && grant.owner === owner && grant.session === session) end(grant, 'its session');
      }
    },

    close: () => {
      for (const grant of grants.values()) end(grant, 'the companion ended');
    },
  };
}

/** What stands in the record of a grant. `redact` takes live secrets out of the condition, which a person typed. */
export function grantDetail(grant: GrantView, by: string, redact: (text: string) => string): Record<string, string> {
  const { id, tool, client, scope, when } = grant;
  return {
    grant: id,
    tool,
    client,
    scope,
    by,
    ...(when === undefined ? {} : { when: redact(JSON.stringify(when)).slice(0, MAX_RECORDED_CONDITION) }),
  };
}

const MAX_RECORDED_CONDITION = 256;
