/** What else decides about a call besides rules, in sentences for a person who asks why. */
import { isTenantDefinition } from '../../preload/contract/index.ts';
import type { Pins } from '../connectors/pins/pins-host.ts';
import type { ExplainSubject } from '../policy/explain.ts';
import type { SettingsStore } from '../settings/settings-store.ts';

export function alsoDecides(parts: {
  readonly settings: Pick<SettingsStore, 'read'>;
  readonly pins: Pick<Pins, 'list'>;
}): (connector: string, subject: ExplainSubject) => string[] {
  return (connector, subject) => {
    const said: string[] = [];
    const known = parts.pins.list({ connector });
    const held = known.some(({ kind, state }) => kind === 'identity' && state === 'changed');
    if (held) said.push(`All of "${connector}" is held back: it is not what was agreed to. See "runlayer pins list".`);
    const name = subject.kind === 'tool' ? subject.tool.name : subject.kind === 'prompt' ? subject.name : undefined;
    const pin = known.find((one) => one.kind === subject.kind && one.name === name);
    if (pin?.state === 'changed')
      said.push('Its definition is not what was agreed to, so it is hidden and refused. See "runlayer pins diff".');
    if (pin?.state === 'new')
      said.push('Nobody agreed to it yet, so it is hidden and refused. See "runlayer pins diff".');
    const found = parts.settings.read().connectors.find((one) => one.name === connector);
    if (found !== undefined && isTenantDefinition(found.definition))
      said.push(`The tenant ${found.definition.tenant} is asked at the call, and may still refuse it.`);
    said.push('The guard looks at what is sent and at what is answered, and may keep either back.');
    return said;
  };
}
