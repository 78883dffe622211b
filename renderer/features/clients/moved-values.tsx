import type { ReactElement } from 'react';
import { Badge } from '../../ui/badge.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';

/** Which values move from the client's plain file to the keychain. Only names are known here. */
export function MovedValues({
  values,
  moved,
  onChange,
  isHttp,
}: {
  values: readonly { readonly name: string; readonly looksSecret: boolean }[];
  moved: readonly string[];
  onChange: (moved: readonly string[]) => void;
  isHttp: boolean;
}): ReactElement | null {
  if (values.length === 0) return null;
  return (
    <fieldset className="space-y-1">
      <legend className="mb-1 font-medium">Move these values to the keychain</legend>
      <p className="text-xs text-soft">
        They stand in a plain file now. The values themselves are not shown, and go straight into the keychain.
      </p>
      {values.map(({ name, looksSecret }) => (
        <label key={name} className="flex items-center gap-2">
          <input
            type="checkbox"
            className="size-4"
            checked={moved.includes(name)}
            onChange={(event) =>
              onChange(event.target.checked ? [...moved, name] : moved.filter((other) => other !== name))
            }
          />
          <span className="font-mono text-xs">
            <VisibleText text={name} />
          </span>
          {looksSecret ? <Badge tone="warn">looks like a secret</Badge> : null}
          <span className="sr-only">{isHttp ? 'header' : 'variable'}</span>
        </label>
      ))}
    </fieldset>
  );
}
