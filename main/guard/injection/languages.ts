/**
 * The three families that matter most (take instructions back, ask for prompt or secret, another part to play) in other languages.
 * Verb and noun stand in either order within one sentence, because languages differ in it.
 */
import type { LanguageWords } from './language-words.ts';
import { ASIAN } from './languages-asian.ts';
import { EUROPEAN } from './languages-european.ts';
import type { PhraseRule } from './rule.ts';

const either = (words: readonly string[]): string =>
  `(?:${words.map((word) => word.replaceAll(/[.*+?^$()|[\]{}\\]/gu, '\\$&')).join('|')})`;
const GAP = '[^.!?。！？\\n]{0,48}?';
/** "Never give your password to anybody" is advice. */
const GAP_WITHOUT_NEVER = '(?:(?!jamais|niemals|nie |nunca|mai |nooit|nigdy|никогда|никому)[^.!?。！？\\n]){0,48}?';

function rulesOf(words: LanguageWords): readonly PhraseRule[] {
  const drop = either(words.drop);
  const earlier = either(words.earlier);
  const orders = either(words.orders);
  const reveal = either(words.reveal);
  const secret = either(words.secret);
  const edge = String.raw`(?<![\p{L}])`;
  // A word of a script with spaces begins at a boundary; the others are found anywhere.
  const at = words.code === 'zh' || words.code === 'ja' || words.code === 'ar' ? '' : edge;
  return [
    {
      rule: `override-${words.code}`,
      weight: 2,
      anchors: words.drop,
      pattern: new RegExp(
        `${at}${drop}${GAP}${earlier}${GAP}${orders}|${at}${drop}${GAP}${orders}${GAP}${earlier}|${at}${earlier}${GAP}${orders}${GAP}${drop}`,
        'gu',
      ),
    },
    {
      rule: `reveal-${words.code}`,
      weight: 1,
      anchors: words.secret,
      pattern: new RegExp(
        `${at}${reveal}${GAP_WITHOUT_NEVER}${secret}|${at}${secret}${GAP_WITHOUT_NEVER}${reveal}`,
        'gu',
      ),
      kinds: ['output', 'input'],
    },
    {
      rule: `role-${words.code}`,
      weight: 1,
      anchors: words.role,
      pattern: new RegExp(`${at}${either(words.role)}`, 'gu'),
    },
  ];
}

export const OTHER_LANGUAGES: readonly PhraseRule[] = [...EUROPEAN, ...ASIAN].flatMap(rulesOf);
