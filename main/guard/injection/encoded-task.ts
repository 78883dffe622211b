/** Tasks that hide their words: decode and obey, parts to be joined, answers to be encoded. */
import { phrase, type PhraseRule } from './rule.ts';

const CODE =
  '(?:base ?-?64|hex(?:adecimal)?|morse(?: code)?|rot-?13|caesar|cipher(?:text)?|binary|pig latin|leet(?:speak)?|ascii codes?|unicode|emoji)';

export const ENCODED_TASK: readonly PhraseRule[] = [
  {
    rule: 'decode-and-obey',
    weight: 2,
    anchors: ['decode', 'decrypt', 'decipher', 'unscramble', 'deobfuscate', 'decoding'],
    pattern: phrase(
      `\\b(?:decod(?:e|ing)|decrypt(?:ing)?|decipher|unscramble|deobfuscate)\\b[^!?]{0,120}?\\b(?:and|then|,) (?:then )?(?:follow|obey|carry out|comply|act (?:on|upon)|do (?:what|as|exactly)|perform (?:the|what|its)|execute (?:the|its|what)‥(?:instructions?|task|message|order|content)|treat (?:it|the)|answer it|answer the)\\b`,
    ),
  },
  {
    rule: 'decode-request',
    weight: 1,
    anchors: ['decode', 'decrypt', 'decipher', 'unscramble'],
    pattern: phrase(
      `\\b(?:(?:can|could|would) you (?:please )?|please |[.!?\\n"'] {0,1})(?:decode|decrypt|decipher|unscramble) (?:this|the following|the|these)‥\\b${CODE}\\b`,
    ),
    kinds: ['output'],
  },
  {
    rule: 'split-payload',
    weight: 1,
    anchors: [
      'part 1',
      'part one',
      'strings:',
      'interlace',
      'the following parts',
      'concatenat',
      'character level',
      'a + b',
    ],
    pattern: phrase(
      `\\bpart (?:1|one)(?: is)?[: ]…\\bpart (?:2|two)(?: is)?[: ]|\\bwe have (?:two|three|four|five|several|\\d) strings\\b|\\b(?:using|combine|join|concatenate|interlace|merge) (?:the )?(?:following )?(?:parts|strings|fragments|pieces)\\b|\\binterlace (?:part|them|the)\\b|\\bat a character level\\b|\\bstring z = a \\+ b|\\bconcatenat(?:e|ing)\\b…\\b(?:and|then) (?:follow|obey|answer|execute|respond)\\b`,
    ),
    kinds: ['output', 'input'],
  },
  {
    rule: 'encoded-answer',
    weight: 1,
    anchors: [
      'base64',
      'base 64',
      'base-64',
      'rot13',
      'hex',
      'pig latin',
      'morse',
      'reverse order',
      'leet',
      'cipher',
      'binary',
      'emoji',
    ],
    pattern: phrase(
      `\\b(?:encode|write|give|provide|respond|answer|output|reply|say|spell|print)\\b‥\\b(?:your|the|each|it|them|that|in)\\b[^.!?]{0,30}?\\b(?:in|using|as|with|into) (?:${CODE}|reverse order)\\b|\\beach part (?:in|using|with) ${CODE}\\b`,
    ),
    kinds: ['output'],
  },
];
