import { useState, type ReactElement } from 'react';
import { useQuery } from '../../state/use-query.ts';
import { Empty, Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { connectorPath } from './connector-model.ts';
import { TryForm } from './try-form.tsx';

/** One call of one tool by hand, through everything that a client's call goes through. */
export function TryTab({ name }: { name: string }): ReactElement {
  const tools = useQuery('connectors.tools', { name }, { on: [] });
  const [chosen, setChosen] = useState<string>();
  const callable = (tools.value ?? []).filter(({ hidden, isOff }) => hidden === null || isOff);
  const tool = callable.find((one) => one.name === chosen) ?? callable[0];
  return (
    <Section title="Try a tool">
      {tools.failure === undefined ? null : (
        <div className="px-4 pb-4">
          <ErrorBox failure={tools.failure} onRetry={tools.reload} />
        </div>
      )}
      {tools.kind === 'loading' ? <Loading rows={4} /> : null}
      {tools.kind === 'ready' && tool === undefined ? (
        <Empty>
          No tool is known yet that could be called.{' '}
          <a href={`#${connectorPath(name, 'tools')}`} className="text-accent-ink underline">
            Ask the server for its tools
          </a>{' '}
          first.
        </Empty>
      ) : null}
      {tool === undefined ? null : (
        <div className="border-t border-line p-4">
          <TryForm key={tool.name} name={name} tool={tool} tools={callable} onChoose={setChosen} />
        </div>
      )}
    </Section>
  );
}
