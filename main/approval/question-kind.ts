/**
 * What asks. A yes to one kind says nothing of another: what the guard found, or which result came before, was not there for
 * the person to see when a rule asked.
 */
import type { Decision } from '../../preload/contract/index.ts';

export type QuestionKind = 'rule' | 'chain' | 'guard' | 'pin';

export function kindOf({ decidedBy, code }: Decision): QuestionKind {
  if (decidedBy === 'guard' || decidedBy === 'pin') return decidedBy;
  return code === 'chain_ask' ? 'chain' : 'rule';
}
