import type { ReactElement } from 'react';
import type { Suggestion } from '../../../preload/contract/policy-operations.ts';
import { Badge } from '../../ui/badge.tsx';
import { Empty, Section } from '../../ui/card.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { fullText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { DEFAULT_WORDS, many, OUTCOME_TONES, OUTCOME_WORDS } from './policy-words.ts';

const SHOWN = 50;

function Replay({ replay }: { replay: Suggestion['replay'] }): ReactElement {
  const changed = replay.changes.filter(({ after }) => after !== 'unknown').length;
  return (
    <Section title="What it would have done">
      <p className="border-t border-line px-4 py-3">
        Of {many(replay.calls, 'call')}, {replay.same.toLocaleString('en-GB')} would be decided as they were,{' '}
        {replay.isCut ? 'at least ' : ''}
        {changed.toLocaleString('en-GB')} otherwise
        {replay.unknown === 0 ? '.' : `, and for ${replay.unknown} it cannot be told.`}
      </p>
      {replay.changes.length === 0 ? null : (
        <Table label="Calls that would be decided otherwise" columns={['Time', 'Tool', 'Arguments', 'Decision']}>
          {replay.changes.slice(0, SHOWN).map((change, at) => (
            // oxlint-disable-next-line react/no-array-index-key -- calls alike have no other identity here
            <tr key={at} className="border-t border-line align-top">
              <Cell className="whitespace-nowrap text-soft">{fullText(change.time)}</Cell>
              <Cell className="font-mono text-xs">
                <VisibleText text={`${change.connector} ${change.tool}`} max={200} />
              </Cell>
              <Cell className="font-mono text-xs">
                <VisibleText text={change.arguments} max={160} />
              </Cell>
              <Cell>
                <span className="inline-flex items-center gap-1.5">
                  <Badge tone={OUTCOME_TONES[change.before]}>{OUTCOME_WORDS[change.before]}</Badge>
                  <span aria-hidden="true">→</span>
                  <span className="sr-only">would be</span>
                  <Badge tone={OUTCOME_TONES[change.after]}>{OUTCOME_WORDS[change.after]}</Badge>
                </span>
              </Cell>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}

/** What was learned: the rules, what becomes of everything else, and what it would have done. */
export function SuggestionView({ suggestion }: { suggestion: Suggestion }): ReactElement {
  const { rules, defaults, dropped, unusedTools, replay } = suggestion;
  return (
    <>
      <Section title={`Rules that were learned (${rules.length})`}>
        {rules.length === 0 ? <Empty>Nothing was used in this time that needs a rule.</Empty> : null}
        <ul>
          {rules.map(({ rule, sentence, calls }) => (
            <li key={rule.id} className="border-t border-line px-4 py-2">
              <div className="font-medium">
                <VisibleText text={sentence} />
              </div>
              <div className="text-xs text-soft">for {many(calls, 'call')}</div>
            </li>
          ))}
        </ul>
      </Section>
      {defaults.length + dropped.length === 0 ? null : (
        <Section title="What else would change">
          <ul>
            {defaults.map(({ connector, from, to }) => (
              <li key={connector} className="border-t border-line px-4 py-2">
                Everything else on <VisibleText text={connector} max={64} />: {DEFAULT_WORDS[from].toLowerCase()} →{' '}
                <strong className="font-semibold">{DEFAULT_WORDS[to].toLowerCase()}</strong>
              </li>
            ))}
            {dropped.map((rule) => (
              <li key={rule.id} className="border-t border-line px-4 py-2 text-soft">
                The rule <span className="font-mono text-xs">{rule.id}</span> goes, because the new ones say what was
                used: {rule.effect}{' '}
                <VisibleText
                  text={`${rule.tool ?? rule.resource ?? rule.prompt ?? '*'} on ${rule.connector}`}
                  max={300}
                />
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Replay replay={replay} />
      {unusedTools.length === 0 ? null : (
        <Section title="Tools that nobody used">
          <ul>
            {unusedTools.map(({ connector, tools }) => (
              <li key={connector} className="border-t border-line px-4 py-2">
                <span className="font-medium">
                  <VisibleText text={connector} max={64} />
                </span>
                <div className="font-mono text-xs text-soft">
                  <VisibleText text={tools.join(', ')} max={1000} />
                </div>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}
