import type { ReactElement } from 'react';
import type { CallStory } from '../../../preload/contract/activity.ts';
import type { Explanation } from '../../../preload/contract/policy-operations.ts';
import { useQuery } from '../../state/use-query.ts';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Loading } from '../../ui/card.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { whyInput } from './why-input.ts';

const EFFECTS: Readonly<Record<string, string>> = { allow: 'allowed', ask: 'asked about', deny: 'refused' };

function Considered({ considered }: Pick<Explanation, 'considered'>): ReactElement | null {
  const spoke = considered.filter(({ says }) => says !== 'false');
  if (spoke.length === 0) return null;
  return (
    <ul className="list-disc space-y-1 pl-4">
      {spoke.map(({ rule, because }) => (
        <li key={rule.id}>
          <span className="font-mono text-xs">{rule.id}</span>: <VisibleText text={because} />
        </li>
      ))}
    </ul>
  );
}

/** What the rules of now say about the same call. */
export function WhyBox({ story }: { story: CallStory }): ReactElement {
  const input = whyInput(story);
  const answer = useQuery('policy.explain', input);
  if (input === undefined) return <p className="text-soft">This is no call that a rule decides about.</p>;
  if (answer.failure !== undefined && answer.value === undefined)
    return <ErrorBox failure={answer.failure} onRetry={answer.reload} />;
  if (answer.value === undefined) return <Loading rows={3} />;
  const { decision, considered, notAbout, also, source } = answer.value;
  return (
    <div className="space-y-2" role="status">
      <p>
        Made again now, the same call would be <strong>{EFFECTS[decision.effect] ?? decision.effect}</strong> ({source}
        ). <VisibleText text={decision.reason} />
      </p>
      {story.arguments === undefined ? (
        <p className="text-warn">
          The journal did not keep all arguments of this call. What a rule says about them may be different from then.
        </p>
      ) : null}
      <Considered considered={considered} />
      {notAbout === 0 ? null : (
        <p className="text-soft">
          {notAbout === 1 ? 'One other rule is' : `${notAbout} other rules are`} about something else.
        </p>
      )}
      {also.map((sentence) => (
        <p key={sentence} className="text-soft">
          <VisibleText text={sentence} />
        </p>
      ))}
    </div>
  );
}
