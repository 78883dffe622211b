/**
 * Values of variables and headers that stay when a definition is edited in the interface, where they are never shown: the page
 * names them, and they are put back before anybody is asked.
 */
import {
  CompanionError,
  isHttpDefinition,
  type Connector,
  type ConnectorDefinition,
  type ConsentRequest,
  type OperationInput,
} from '../../preload/contract/index.ts';

type Subject = OperationInput<'connectors.preview'>;

function valuesOf(definition: ConnectorDefinition): Readonly<Record<string, string>> {
  return isHttpDefinition(definition) ? definition.headers : definition.env;
}

function withValues(definition: ConnectorDefinition, values: Record<string, string>): ConnectorDefinition {
  return isHttpDefinition(definition) ? { ...definition, headers: values } : { ...definition, env: values };
}

/** Without a value; the names that had one. */
export function withoutValues(definition: ConnectorDefinition): {
  readonly definition: ConnectorDefinition;
  readonly keep: string[];
} {
  const keep = Object.keys(valuesOf(definition)).sort();
  return { definition: withValues(definition, Object.fromEntries(keep.map((name) => [name, '']))), keep };
}

/** `stored`: the definition that is there now; undefined where there is none, or it is a tenant's. */
export function withKeptValues<S extends Subject>(subject: S, stored: Connector['definition'] | undefined): S {
  const { keep = [], definition, name } = subject;
  if (keep.length === 0) return subject;
  const before = stored === undefined || 'tenant' in stored ? undefined : stored;
  const isSameKind = before !== undefined && isHttpDefinition(before) === isHttpDefinition(definition);
  const values: Record<string, string> = { ...valuesOf(definition) };
  for (const kept of keep) {
    const old = isSameKind ? valuesOf(before) : {};
    const value = Object.hasOwn(old, kept) ? old[kept] : undefined;
    if (value === undefined || !subject.replace || !Object.hasOwn(values, kept)) {
      throw new CompanionError(
        'E_INPUT',
        `"${name}" has no value for "${kept.slice(0, 128)}" to keep.`,
        'Load the connector again, then change it.',
        { exitCode: 2 },
      );
    }
    values[kept] = value;
  }
  return { ...subject, definition: withValues(definition, values) };
}

const KEPT = '(as it is now)';

/** The same request for a page: which values stay is said, what they are is not. */
export function hideKept(request: ConsentRequest, keep: readonly string[]): ConsentRequest {
  const { target } = request;
  if (keep.length === 0 || target.kind === 'tenant') return request;
  const hide = (line: string, separator: string): string => {
    const name = line.slice(0, line.indexOf(separator));
    return keep.includes(name) ? `${name}${separator}${KEPT}` : line;
  };
  const risks = request.risks.map((risk) => ({ ...risk, evidence: hide(hide(risk.evidence, '='), ': ') }));
  return target.kind === 'http'
    ? { ...request, risks, target: { ...target, headers: target.headers.map((line) => hide(line, ': ')) } }
    : { ...request, risks, target: { ...target, env: target.env.map((line) => hide(line, '=')) } };
}
