import type { Risk } from '../../../preload/contract/connector.ts';
import { displayText } from '../display.ts';

const MAX_EVIDENCE = 400;

/** Findings in the order in which they come, each once; evidence is escaped for display and cut when it is huge. */
export function createFindings(): {
  readonly risks: Risk[];
  readonly add: (code: Risk['code'], evidence: string, text: string) => void;
} {
  const risks: Risk[] = [];
  return {
    risks,
    add: (code, evidence, text) => {
      const shown = displayText(evidence.length > MAX_EVIDENCE ? `${evidence.slice(0, MAX_EVIDENCE)}…` : evidence);
      if (!risks.some((risk) => risk.code === code && risk.evidence === shown))
        risks.push({ code, evidence: shown, text });
    },
  };
}
