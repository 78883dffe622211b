import type { ReactElement, ReactNode } from 'react';
import type { ConsentRequest, OwnTarget } from '../../../preload/contract/connector.ts';
import { Badge } from '../../ui/badge.tsx';
import { Field } from '../../ui/field.tsx';
import { Icon } from '../../ui/icon.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { modeText } from './connector-model.ts';

function Mono({ children }: { children: ReactNode }): ReactElement {
  return <div className="font-mono text-xs/5 break-all">{children}</div>;
}

function Lines({ lines }: { lines: readonly string[] }): ReactElement {
  return (
    <>
      {lines.map((line, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- words of one command line have no other identity
        <Mono key={index}>
          <VisibleText text={line} max={Number.POSITIVE_INFINITY} />
        </Mono>
      ))}
    </>
  );
}

function SecretLine({
  target,
  reference,
  stored,
}: {
  target: string;
  reference: string;
  stored: boolean;
}): ReactElement {
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Mono>
        <VisibleText text={`${target} from ${reference}`} />
      </Mono>
      <Badge tone={stored ? 'good' : 'warn'}>{stored ? 'stored' : 'not stored yet'}</Badge>
    </div>
  );
}

function Target({ target }: { target: OwnTarget }): ReactElement {
  if (target.kind === 'http') {
    const { url, headers, secrets, oauth, oauthClient, transport } = target;
    return (
      <>
        <Field label="Reaches">
          <Lines lines={[url]} />
        </Field>
        {transport === 'sse' ? <Field label="Speaks">SSE, the older way</Field> : null}
        {headers.length === 0 ? null : (
          <Field label="Headers">
            <Lines lines={headers} />
          </Field>
        )}
        {secrets.length === 0 ? null : (
          <Field label="Secrets">
            {secrets.map(({ header, prefix, reference, stored }) => (
              <SecretLine key={header} target={`${header}: ${prefix}…`} reference={reference} stored={stored} />
            ))}
          </Field>
        )}
        {oauth ? (
          <Field label="Sign-in">In your browser, once it is installed. Its tokens are kept in the keychain.</Field>
        ) : null}
        {oauthClient === undefined ? null : (
          <Field label="Client id">
            <Lines lines={[oauthClient.id]} />
          </Field>
        )}
      </>
    );
  }
  const { argv, realPath, cwd, env, secrets } = target;
  return (
    <>
      <Field label="Runs">
        <Lines lines={argv} />
      </Field>
      <Field label="Program file">
        <Lines lines={[realPath]} />
      </Field>
      {cwd === undefined ? null : (
        <Field label="Folder">
          <Lines lines={[cwd]} />
        </Field>
      )}
      {env.length === 0 ? null : (
        <Field label="Variables">
          <Lines lines={env} />
        </Field>
      )}
      {secrets.length === 0 ? null : (
        <Field label="Secrets">
          {secrets.map(({ env: name, reference, stored }) => (
            <SecretLine key={name} target={name} reference={reference} stored={stored} />
          ))}
        </Field>
      )}
    </>
  );
}

/** All of what a person would agree to, and what there is to weigh about it. */
export function ConsentView({
  request,
  settingsFile,
}: {
  request: ConsentRequest;
  settingsFile?: string | undefined;
}): ReactElement {
  const { target, risks, default: mode } = request;
  return (
    <div className="space-y-3">
      <dl>
        <Target target={target.kind === 'tenant' ? target.runs : target} />
        <Field label="Unless a rule says otherwise">{modeText(mode)}</Field>
        {settingsFile === undefined ? null : (
          <Field label="Written to">
            <Lines lines={[settingsFile]} />
          </Field>
        )}
      </dl>
      {risks.length === 0 ? null : (
        <ul aria-label="To weigh before you agree" className="space-y-2">
          {risks.map(({ code, evidence, text }) => (
            <li
              key={`${code} ${evidence}`}
              className="flex gap-2 rounded-lg border border-warn-line bg-warn-soft px-3 py-2 text-warn"
            >
              <Icon name="shieldAlert" className="mt-0.5 size-4" />
              <div className="min-w-0">
                <VisibleText text={text} />
                <Mono>
                  <VisibleText text={evidence} />
                </Mono>
              </div>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
