/** Phrases that take earlier instructions back. */
import { phrase, type PhraseRule } from './rule.ts';

const DROP =
  '(?<!\\b(?:not|never|cannot|can’t|n’t) )\\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?(?: about)?|overrid(?:e|ing)|bypass(?:ing)?|discard(?:ing)?|neglect|overlook|abandon|set aside|pay no attention to|throw away|erase|skip)\\b';
const DROP_ANCHORS = [
  'ignor',
  'disregard',
  'forget',
  'overrid',
  'bypass',
  'discard',
  'neglect',
  'overlook',
  'abandon',
  'set aside',
  'no attention',
  'throw away',
  'erase',
  'skip',
];
const EARLIER =
  '\\b(?:previous(?:ly)?|prior|earlier|preceding|foregoing|former|above|before|original|initial|system|existing|safety|past|current|your|you|all (?:the|of|those|these|your|other)|any (?:and all|of|other))\\b';
const ORDERS =
  '\\b(?:instructions?|directions?|directives?|prompts?|guidelines?|guidance|programming|training|guard-?rails?|safeguards?|orders)\\b';
const WEAK_ORDERS =
  '\\b(?:rules?|commands?|constraints?|restrictions?|polic(?:y|ies)|limitations?|requests?|tasks?|filters?|context|messages?|conversation)\\b';

export const OVERRIDE: readonly PhraseRule[] = [
  {
    rule: 'override-instructions',
    weight: 2,
    anchors: DROP_ANCHORS,
    pattern: phrase(
      `${DROP}…${EARLIER}…${ORDERS}|${DROP} (?:all|any|every|the|those|these) ${ORDERS}|${DROP}…${ORDERS} (?:above|before|so far|given)\\b`,
    ),
  },
  {
    rule: 'override-rules',
    weight: 1,
    anchors: DROP_ANCHORS,
    pattern: phrase(
      `(?<!\\b(?:not|never|cannot|can’t|n’t) )\\b(?:ignore|disregard|forget|override)(?: about)? (?:(?:all|any|every|of|the|those|these) ){0,3}(?:previous|prior|earlier|preceding|above|your|system|safety|those|these|original|users?’?s?)‥${WEAK_ORDERS}`,
    ),
  },
  {
    rule: 'override-above',
    weight: 1,
    anchors: ['ignore', 'disregard', 'forget'],
    pattern: phrase(
      `\\b(?:ignore|disregard|forget) (?:about )?(?:(?:all|everything|anything|whatever|of|that|is|was|written|said|stated|the) ){0,4}(?:above(?=\\s{0,3}(?:[.,;:!)"']|$|\\n)| (?:and|text|content|message|instructions?|prompt|conversation|document|e-?mail|task|question|input)\\b)|(?:preceding|foregoing)(?: text| content)?|everything (?:else|before|above|prior|you(?! (?:knew|know|thought|think) about))|what(?:ever)?(?: i| you| was)|previous(?:ly)? (?:text|content|told|said|stated|mentioned))\\b|\\bforget (?:it|that|this)\\b[.,;! ]{1,3}(?:instead|what i|now|let’s|actually)\\b|\\bforget (?:all )?(?:about )?(?:that|everything)(?:\\b[,.;]| and\\b)`,
    ),
  },
  {
    rule: 'override-told',
    weight: 2,
    anchors: ['ignor', 'disregard', 'forget', 'regardless', 'contrary', 'instead of', 'break '],
    pattern: phrase(
      `\\b(?:ignor(?:e|ing)|disregard|forget|regardless of|contrary to|instead of)…\\byou(?:’ve| have| were| had)?(?: been)?(?: previously| ever| just)? (?:told|given|instructed|taught|trained|asked|learned|learnt|programmed)\\b|\\b(?:ignore|disregard|forget)\\b‥\\b(?:i|we)(?:’ve| have| had)? (?:just |previously |ever )?(?:told|said|asked|wrote|written|mentioned|instructed)\\b|\\bbreak (?:all )?(?:of )?(?:your|the) (?:\\w{1,12} )?(?:rules|character|guidelines|restrictions|constraints)\\b|\\b(?:ignoring|disregarding|regardless of|contrary to) (?:(?:any|all|the|your) )?(?:previous|prior|earlier|above|original)‥(?:instructions?|tasks?|prompts?|rules?|requests?)\\b`,
    ),
  },
  {
    rule: 'override-and-say',
    weight: 1,
    anchors: ['ignor', 'disregard', 'forget'],
    pattern: phrase(
      `\\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget)\\b[^.!?]{2,60}?(?:\\band\\b|\\bthen\\b|[,;])(?: (?:instead|just|only|simply|we|might|start|always|the|to|say))* (?:say|state|respond|reply|answer|claim|repeat|give (?:me|us)|tell (?:me|us|them|the user)|start the|that the output|output is|(?:print|output|write|return) (?:the (?:word|phrase|text|following)|only|["'“]))`,
    ),
  },
  {
    rule: 'override-stop-following',
    weight: 2,
    anchors: ['follow', 'obey', 'adher', 'comply', 'abide', 'bound by'],
    pattern: phrase(
      `\\b(?:stop|cease|quit|no longer|do not|don’t|never|not need to|not have to|needn’t|free from)(?: have to| need to| needs?)?(?: be)? (?:follow(?:ing)?|obey(?:ing)?|adher(?:e|ing)(?: to)?|comply(?:ing)?(?: with)?|abid(?:e|ing)(?: by)?|bound by) (?:(?:any|all|of|the|those|these|by) ){0,3}(?:your|previous|prior|earlier|above|system|original|safety|typical|set|usual|rules set|(?:the )?users?’?s?)…(?:instructions?|requests?|questions?|rules?|guidelines?|prompts?|restrictions?|polic(?:y|ies)|directives?|programming|confines)\\b`,
    ),
  },
  {
    rule: 'new-instructions',
    weight: 2,
    anchors: ['instruction', 'directive', 'objective', 'goal', 'your task', 'your new', 'task:', 'orders'],
    pattern: phrase(
      `\\byour (?:new|real|actual|true|only|updated|revised|next)(?: and only)? (?:instructions?|directives?|objective|goal|task|orders?|purpose|mission|job|prompt) (?:is|are|will|shall|follows?|now)\\b|\\byour (?:new|real|actual|true|updated|revised) (?:instructions?|directives?|objective|task|mission|prompt)‥:|\\b(?:here are|following are|these are|receive|follow) (?:your |the |my |some )?(?:new|updated|revised|real|actual|additional) (?:system )?(?:instructions?|directives|orders)\\b|(?:^|[\\n.!*#\\[=>-])\\s{0,3}(?:new|updated|revised|hidden|secret|special|real|additional|mandatory|overriding) (?:system |task |user )?(?:instructions?|directives?|orders?|prompt|task)\\s{0,2}[:\\]=*-]`,
    ),
  },
  {
    rule: 'takes-precedence',
    weight: 2,
    anchors: ['supersede', 'overrid', 'precedence', 'priority over', 'replace', 'outrank'],
    pattern: phrase(
      `\\b(?:supersedes?|overrid(?:es?|ing)|takes? (?:absolute )?(?:precedence|priority) over|ha(?:s|ve) (?:higher )?priority over|replaces?|outranks?)‥\\b(?:all|any|every|previous|prior|earlier|system|other|your)\\b(?![^.!?]{0,24}\\bagreements?\\b)…\\b(?:instructions?|directives?|prompts?|guidelines|orders)\\b`,
    ),
  },
  {
    rule: 'instructions-void',
    weight: 2,
    anchors: ['instruction', 'prompt', 'guideline', 'directive', 'task'],
    pattern: phrase(
      `\\b(?:previous|prior|above|earlier|preceding|original|initial|your)(?: \\w{1,12}){0,2} (?:instructions?|prompts?|guidelines?|directives?|task) (?:was|were|is|are|ha(?:s|ve) been)(?: \\w{1,10}){0,2} (?:test|cancell?ed|obsolete|void|invalid|null|over|complete|finished|superseded|revoked|fake|wrong|outdated|suspended|lifted|replaced|updated|changed|no longer)\\b`,
    ),
  },
];
