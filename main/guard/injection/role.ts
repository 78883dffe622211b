/** Phrases that give the model another part to play, or that claim a rank. */
import { phrase, type PhraseRule } from './rule.ts';

const UNBOUND =
  '(?:dan|unrestricted|unfiltered|uncensored|jail ?broken|unbound|evil|amoral|free (?:from|of)|not bound|no longer bound|without(?: any)?(?: \\w{1,12}){0,2} (?:restrictions?|filters?|limit(?:ation)?s?|rules|guidelines|constraints|censorship)|do anything|no (?:restrictions|rules|limits|filters|guidelines)|(?:a |an |another )?(?:different |new |rogue )(?:ai|assistant|model|bot)|another ai|(?:in )?(?:developer|debug|god|admin|root|sudo|maintenance|override|unrestricted|jailbreak) mode)';
const MODE =
  '(?:developer|dev|debug|god|dan|admin(?:istrator)?|sudo|root|maintenance|(?:security |safety )?override|unrestricted|jailbreak|system|diagnostic|unsafe|evil|training)';

export const ROLE: readonly PhraseRule[] = [
  {
    rule: 'role-unbound',
    weight: 2,
    anchors: [
      'you are',
      'you’re',
      "you're",
      'act as',
      'pretend',
      'behave',
      'respond',
      'role',
      'become',
      'persona',
      'simulate',
    ],
    pattern: phrase(
      `\\b(?:you(?: a|’)re|you will(?: now)?(?: be| act as| become)?|act(?:ing)? as|pretend(?:ing)?(?: to be| you are)?|behave|respond|role(?: of|-?play(?:ing)?)|become|persona|simulate)\\b…\\b${UNBOUND}\\b`,
    ),
  },
  {
    rule: 'role-change',
    weight: 1,
    anchors: [
      'you are now',
      'from now on',
      'act as',
      'pretend',
      'role',
      'persona',
      'you will',
      'you must',
      'you shall',
      'henceforth',
      'identity',
    ],
    pattern: phrase(
      `\\byou are now (?:(?:a|an|the)(?! (?:\\w{1,12} ){0,2}(?:members?|customers?|subscribers?|owner|part|users?|winner|guest)\\b)|my|acting|called|known|going to|playing|operating|free|under)\\b|\\b(?:from now on|henceforth),? you (?:are|will(?! (?:also )?(?:earn|receive|get|find|see|need|be able|have|pay|only pay|be charged))|must|should|shall|have to)\\b|\\byou (?:will|must|shall) (?:now (?:act|behave|respond|speak)|pretend|role-?play|pose as|respond as|play the)\\b|\\b(?:i want you to|please|let’s have you) act as\\b|\\bact as (?:an? |my |the )(?:\\w{1,12} )?(?:terminal|character|hacker|ai|assistant|chatbot|human|person|grandmother|unfiltered|unrestricted|evil)\\b|\\bpretend (?:to be (?:a|an|my|the)|(?:that )?you(?: a|’)re|you have|you can)\\b|\\bact as (?:if|though) you\\b|\\b(?:take on|assume|adopt|immerse yourself into|immerse yourself in) (?:the|a|an|your|this)(?: new)? (?:role|persona|identity)\\b|\\byour (?:new )?(?:role|persona|identity|name) is (?:now|no longer|to)\\b`,
    ),
  },
  {
    rule: 'privileged-mode',
    weight: 1,
    anchors: [' mode'],
    pattern: phrase(
      `\\b(?:god|dan|sudo|jailbreak|unrestricted|unfiltered|(?:security |safety |system |admin )override) mode (?:is )?(?:now )?(?:has been )?(?:enabled|activated|engaged|unlocked|confirmed|on)\\b|\\b(?:developer|debug|admin) mode (?:(?:is )?now|unlocked|confirmed|engaged)\\b|\\b(?:enter|enable|activate|engage|switch to|entering|entered|enabling)\\b‥\\b(?:god|dan|sudo|jailbreak|unrestricted|unfiltered|override|maintenance) mode\\b|\\bi(?: a|’)m(?: now)? (?:entering|in|enabling|activating) (?:a )?(?:maintenance|developer|debug|admin|system|god|test) mode\\b|\\bwhen\\b…\\bin override mode\\b`,
    ),
  },
  {
    rule: 'bracketed-mode',
    weight: 2,
    anchors: [' mode'],
    pattern: phrase(
      `[<\\[{(*]{1,2}\\s?(?:(?:now )?(?:entering|enter|enable|begin|start|activate) )?(?:\\w{1,12} )?${MODE} mode(?: \\w{1,10}){0,2}\\s?[>\\]})*]`,
    ),
  },
  {
    rule: 'claimed-authority',
    weight: 1,
    anchors: [
      'your',
      'i am god',
      "i'm god",
      'i am a god',
      'obey',
      'listen to',
      'answer all',
      'answer every',
      'answer any',
      'comply with',
      'fulfil',
      'as i say',
      'openai',
      'anthropic',
      'as an ai',
    ],
    pattern: phrase(
      `\\b(?:i(?: a|’)m|we(?: a|’)re|this is|speaking as|as) (?:your|the maintainer of your|the developer of your) (?:\\w{1,12} )?(?:developers?|creators?|makers?|maintainers?|administrators?|admins?|owner|boss|god|master|programmers?|supervisor|system)\\b|\\bi(?: a|’)m (?:a )?god\\b|\\byou (?:must|have to|need to|will|shall) (?:obey|listen to (?:me|my)|answer all(?: of)? my|do (?:exactly )?(?:as|what) i say)\\b|\\bdoes? exactly as i say\\b|\\byou (?:must|will|have to) (?:answer|comply with|fulfil?l) (?:every|all|any)\\b|\\bas an ai(?: \\w{1,10})? (?:developed|created|trained|made|built) by\\b|\\b(?:this is|message from|directive from|on behalf of) (?:openai|anthropic|the (?:openai|anthropic)) (?:\\w{1,12} )?(?:team|staff|engineers?|security|safety)\\b`,
    ),
  },
  {
    rule: 'unfiltered-model',
    weight: 1,
    anchors: ['do anything now', 'filtering', 'censorship', 'confines of ai', 'ethical', 'moral', 'safety'],
    pattern: phrase(
      `\\bdo anything now\\b|\\b(?:has no|have no|without(?: any)?|no|free of|bypass(?: all)?|disable(?: all)?|turn off(?: all)?) (?:special |content |safety |ethical |moral )(?:\\w{1,12} )?(?:filter(?:s|ing)?|guidelines|restrictions|constraints|censorship|considerations|checks|protocols|limits|limitations)\\b|\\bconfines of ai\\b`,
    ),
  },
];
