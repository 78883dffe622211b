import type { ReactElement } from 'react';
import type { ConsentRequest } from '../../../preload/contract/connector.ts';
import { Field } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';

/** What is run or reached, one word of the command a line, with what a person should weigh. */
export function RunsDetail({ request: { target, risks } }: { request: ConsentRequest }): ReactElement {
  return (
    <div className="space-y-3">
      <h3 className="font-medium">{target.kind === 'http' ? 'What it reaches' : 'What it runs'}</h3>
      {target.kind === 'program' ? (
        <>
          <pre
            aria-label="The whole command"
            role="group"
            tabIndex={0}
            className="max-h-48 overflow-auto rounded-md border border-line bg-sunk px-3 py-2 font-mono text-xs/5 whitespace-pre-wrap"
          >
            {target.argv.map((word, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- words of one command have no other identity
              <div key={index} className={index === 0 ? '' : 'pl-4'}>
                <VisibleText text={word} max={Number.POSITIVE_INFINITY} />
              </div>
            ))}
          </pre>
          <dl>
            <Field label="Program">
              <span className="font-mono text-xs">
                <VisibleText text={target.realPath} />
              </span>
            </Field>
            {target.cwd === undefined ? null : (
              <Field label="Folder">
                <span className="font-mono text-xs">
                  <VisibleText text={target.cwd} />
                </span>
              </Field>
            )}
            {target.secrets.map(({ env, reference }) => (
              <Field key={env} label={env}>
                <span className="font-mono text-xs">{reference}</span>
              </Field>
            ))}
          </dl>
        </>
      ) : null}
      {target.kind === 'http' ? (
        <p className="font-mono text-xs">
          <VisibleText text={target.url} />
        </p>
      ) : null}
      {risks.length === 0 ? null : (
        <ul aria-label="What to weigh" className="space-y-1.5">
          {risks.map(({ code, evidence, text }) => (
            <li
              key={`${code} ${evidence}`}
              className="flex gap-2 rounded-lg border border-warn-line bg-warn-soft px-3 py-2 text-warn"
            >
              <Icon name="shieldAlert" className="mt-0.5 size-4" />
              <span className="min-w-0">
                {text}{' '}
                <span className="font-mono text-xs">
                  <VisibleText text={evidence} max={300} />
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
