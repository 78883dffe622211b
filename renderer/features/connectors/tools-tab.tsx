import { useState, type ReactElement } from 'react';
import { visibleLabel } from '../../../preload/contract/visible-characters.ts';
import type { ConnectorTool } from '../../../preload/contract/connector-tool.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Empty, Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { SearchField } from '../../ui/fields.tsx';
import { Switch } from '../../ui/switch.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { EFFECTS } from './connector-model.ts';
import { PinDialog } from './pin-dialog.tsx';

function Badges({ tool }: { tool: ConnectorTool }): ReactElement {
  const effect = EFFECTS[tool.decision.effect];
  return (
    <>
      {tool.isOff ? <Badge tone="bad">switched off</Badge> : <Badge tone={effect.tone}>{effect.text}</Badge>}
      {tool.pin === 'changed' ? <Badge tone="bad">changed</Badge> : null}
      {tool.pin === 'new' ? <Badge tone="warn">new</Badge> : null}
      {tool.hidden !== null && tool.pin === 'pinned' && !tool.isOff ? <Badge tone="plain">hidden</Badge> : null}
    </>
  );
}

function ToolRow({
  tool,
  busy,
  onSwitch,
  onLook,
}: {
  tool: ConnectorTool;
  busy: boolean;
  onSwitch: (on: boolean) => void;
  onLook: () => void;
}): ReactElement {
  return (
    <li className="flex items-start gap-4 border-t border-line px-4 py-3">
      <div className="min-w-0 flex-1 space-y-1">
        <div className="flex flex-wrap items-center gap-2">
          <span className="font-mono text-xs font-semibold">
            <VisibleText text={tool.name} />
          </span>
          <Badges tool={tool} />
        </div>
        <details>
          <summary className="cursor-pointer text-soft">
            <VisibleText text={tool.description.split('\n')[0] ?? ''} max={140} />
          </summary>
          <div className="mt-2 space-y-2">
            <p className="whitespace-pre-wrap">
              <VisibleText text={tool.description} max={8000} />
            </p>
            <p className="text-soft">
              <VisibleText text={tool.decision.reason} />
            </p>
            {tool.claims.length === 0 ? null : <p className="text-soft">The server {tool.claims.join(', and ')}.</p>}
          </div>
        </details>
        {tool.hidden === null || tool.isOff ? null : (
          <p className="text-warn">
            Clients do not see it. <VisibleText text={tool.hidden} />
          </p>
        )}
      </div>
      {tool.seen === undefined ? null : <Button onClick={onLook}>Look at it</Button>}
      <Switch
        label={`Let clients use ${visibleLabel(tool.name, 80)}`}
        on={!tool.isOff}
        onChange={onSwitch}
        disabled={busy}
      />
    </li>
  );
}

/** What the server offers, as it was seen last: each tool with its decision, its pin, and a switch. */
export function ToolsTab({ name }: { name: string }): ReactElement {
  const { call } = useCompanion();
  const { run, busy, waitingForYes, failure } = useAction();
  const tools = useQuery('connectors.tools', { name });
  const [search, setSearch] = useState('');
  const [looking, setLooking] = useState<ConnectorTool>();
  const wanted = search.toLowerCase();
  const all = tools.value ?? [];
  const found = all.filter((tool) => `${tool.name} ${tool.description}`.toLowerCase().includes(wanted));
  const turn = async (tool: ConnectorTool, on: boolean): Promise<void> => {
    await run(() => call('connectors.setTool', { name, tool: tool.name, on }));
    tools.reload();
  };
  const check = async (): Promise<void> => {
    await run(() => call('connectors.check', { name }));
    tools.reload();
  };
  return (
    <Section
      title={tools.kind === 'ready' ? `Tools (${all.length})` : 'Tools'}
      aside={
        <Button busy={busy} onClick={() => void check()}>
          Ask the server again
        </Button>
      }
    >
      <div className="space-y-3 px-4 pb-3 empty:hidden">
        {waitingForYes ? <WaitingForYes /> : null}
        {failure === undefined ? null : <ErrorBox failure={failure} />}
        {tools.failure === undefined ? null : <ErrorBox failure={tools.failure} onRetry={tools.reload} />}
        {all.length > 8 ? (
          <SearchField label="Search the tools" value={search} onChange={setSearch} placeholder="Search" />
        ) : null}
      </div>
      {tools.kind === 'loading' ? <Loading rows={5} /> : null}
      {tools.kind === 'ready' && all.length === 0 ? (
        <Empty>No tool is known yet. Ask the server once: it is started, and its tools are listed here.</Empty>
      ) : null}
      {tools.kind === 'ready' && all.length > 0 && found.length === 0 ? <Empty>No tool fits.</Empty> : null}
      <ul>
        {found.map((tool) => (
          <ToolRow
            key={tool.name}
            tool={tool}
            busy={busy}
            onSwitch={(on) => void turn(tool, on)}
            onLook={() => setLooking(tool)}
          />
        ))}
      </ul>
      {looking === undefined ? null : (
        <PinDialog
          name={name}
          tool={looking}
          onClose={() => setLooking(undefined)}
          onAccepted={() => {
            setLooking(undefined);
            tools.reload();
          }}
        />
      )}
    </Section>
  );
}
