import { useState, type ReactElement } from 'react';
import { navigate, useLocation } from '../../state/navigate.ts';
import { useCompanion } from '../../state/context.ts';
import { useQuery } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { Loading } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { ChainsTab } from './chains-tab.tsx';
import type { DraftSource } from './draft-panel.tsx';
import { GuardTab } from './guard-tab.tsx';
import { PinsTab } from './pins-tab.tsx';
import { RuleEditor, type EditorStart } from './rule-editor.tsx';
import { RulesTab } from './rules-tab.tsx';
import { SuggestionsTab } from './suggestions-tab.tsx';

const TABS = [
  { id: 'rules', title: 'Rules' },
  { id: 'chains', title: 'Chains' },
  { id: 'suggestions', title: 'Suggestions' },
  { id: 'pins', title: 'Changed tools' },
  { id: 'guard', title: 'Guard' },
] as const;
type TabId = (typeof TABS)[number]['id'];

/** Of `#/policy?from=<call>` and `#/policy?approval=<id>`. */
function sourceOf(query: URLSearchParams): DraftSource | undefined {
  const call = query.get('from');
  if (call !== null) return { kind: 'call', id: call };
  const approval = query.get('approval');
  return approval === null ? undefined : { kind: 'approval', id: approval };
}

/** What decides about calls, in words, and the way to change it. */
export function PolicyPage(): ReactElement {
  const { state } = useCompanion();
  const { parts, query } = useLocation();
  const policy = useQuery('policy.view', {});
  const [editor, setEditor] = useState<EditorStart>();
  const tab: TabId = TABS.find(({ id }) => id === parts[1])?.id ?? 'rules';
  const source = sourceOf(query);
  const start: EditorStart | undefined = editor ?? (source === undefined ? undefined : { kind: 'draft', source });
  const drifted = state.status?.companion.drifted ?? 0;
  const view = policy.value;

  const close = (): void => {
    setEditor(undefined);
    if (source !== undefined) navigate('/policy');
  };
  const saved = (): void => {
    close();
    policy.reload();
  };
  return (
    <Page title="Policy" about="What your AI clients may do, what they must ask about, and what they may not.">
      {state.status?.companion.lockdown == null ? null : (
        <p role="status">
          <Badge tone="bad">Everything is stopped</Badge> Until the stop is ended, every call is refused whatever the
          rules say.
        </p>
      )}
      <Tabs
        label="Parts of the policy"
        tabs={TABS.map(({ id, title }) => ({
          id,
          title: id === 'pins' && drifted > 0 ? `${title} (${drifted})` : title,
        }))}
        selected={tab}
        onSelect={(id) => navigate(id === 'rules' ? '/policy' : `/policy/${id}`)}
        panelId="policy-panel"
      />
      <div id="policy-panel" role="tabpanel" aria-label={TABS.find(({ id }) => id === tab)?.title}>
        {policy.failure === undefined ? null : (
          <div className="mb-4">
            <ErrorBox failure={policy.failure} onRetry={policy.reload} />
          </div>
        )}
        {tab === 'guard' ? (
          <GuardTab />
        ) : view === undefined ? (
          policy.kind === 'loading' ? (
            <Loading rows={6} />
          ) : null
        ) : tab === 'rules' ? (
          <RulesTab view={view} onEdit={setEditor} onChanged={policy.reload} />
        ) : tab === 'chains' ? (
          <ChainsTab view={view} onChanged={policy.reload} />
        ) : tab === 'suggestions' ? (
          <SuggestionsTab canUndo={view.canUndo} onChanged={policy.reload} />
        ) : (
          <PinsTab newItems={view.newItems} onChanged={policy.reload} />
        )}
      </div>
      {start === undefined ? null : (
        <RuleEditor
          key={JSON.stringify(start)}
          start={start}
          onClose={close}
          onSaved={saved}
          onEdit={(rule) => setEditor({ kind: 'edit', rule })}
        />
      )}
    </Page>
  );
}
