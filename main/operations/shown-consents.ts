/** What was shown to a person lately, by what a yes names: so that the question that is asked is about exactly that. */
import type { ConnectorDefinition, ConsentRequest, DefaultMode } from '../../preload/contract/index.ts';

export interface ShownConsent {
  readonly request: ConsentRequest;
  readonly definition: ConnectorDefinition;
  /** Title of the entry of the catalogue that it was made of; undefined for a definition of a person's own. */
  readonly title?: string;
}

/** What a yes names. */
export interface Named {
  readonly name: string;
  readonly default: DefaultMode;
  readonly consentHash: string;
}

const MAX_SHOWN = 64;

export class ShownConsents {
  private readonly shown = new Map<string, ShownConsent>();

  remember(one: ShownConsent): void {
    const { connector, default: mode, hash } = one.request;
    const key = keyOf({ name: connector, default: mode, consentHash: hash });
    this.shown.delete(key);
    this.shown.set(key, one);
    const [oldest] = this.shown.keys();
    if (this.shown.size > MAX_SHOWN && oldest !== undefined) this.shown.delete(oldest);
  }

  find(named: Named): ShownConsent | undefined {
    return this.shown.get(keyOf(named));
  }
}

function keyOf({ name, default: mode, consentHash }: Named): string {
  return `${name} ${mode} ${consentHash}`;
}
