/** A question of consent as a page may see it: without the values that a client's file holds. The window shows the whole. */
import {
  isHttpDefinition,
  type ConnectorDefinition,
  type ConsentRequest,
  type ConsentTarget,
} from '../../preload/contract/index.ts';
import { displayArgv, displayText } from '../connectors/display.ts';
import { hiddenRisks } from './found-servers.ts';
import { hideInArgv, hideInText } from './hide-secrets.ts';

export function hiddenConsent(request: ConsentRequest, definition: ConnectorDefinition): ConsentRequest {
  return {
    ...request,
    target: hiddenTarget(request.target, definition),
    risks: hiddenRisks(request.risks, definition),
  };
}

function hiddenTarget(target: ConsentTarget, definition: ConnectorDefinition): ConsentTarget {
  if (target.kind === 'program' && !isHttpDefinition(definition)) {
    return {
      ...target,
      argv: displayArgv(hideInArgv([definition.command, ...definition.args])),
      env: Object.keys(definition.env)
        .map((name) => `${name}=…`)
        .sort(),
    };
  }
  if (target.kind === 'http' && isHttpDefinition(definition)) {
    return {
      ...target,
      url: displayText(hideInText(definition.url)),
      headers: Object.keys(definition.headers)
        .map((name) => `${displayText(name)}: …`)
        .sort(),
    };
  }
  return target;
}
