/** Text in a result that gives the reader a task, or says how the answer is to look: data does neither. */
import { phrase, type PhraseRule } from './rule.ts';

const OUTPUT = ['output'] as const;
const SHAPE =
  '(?:add|append|include|insert|integrate|incorporate|mention|embed|modify|augment|enhance|alter|change|adjust|replace|scramble|rearrange|provide|render|substitute|encode|write|make|give|end|begin|start|finish|conclude|use|deliver|present|convert|remove|omit|format|express|suggest|infuse|promote|direct|encourage|recommend|limit|restrict|jumble|anagram|swap|weave|introduce|place|put|highlight|inject|keep|translate|split|prefix|transform|shuffle|misspell|compose|structure|craft|group|combine|concatenate|merge|eliminate|delete|strip|drop|double|reverse|spell|capitali[sz]e|mix|switch|exchange|apply|employ|reorder|cluster|join|collapse|pair|separate|sprinkle|plug|tell|inform|urge|invite|push|link|reference|cite|open|offer|share|state|ask|request|remind|convince|persuade|appeal|form|produce|create|generate|hide|slip|attach|substitute|replace|spread|stress|advertise|emphasi[sz]e|supplement|extend|expand|close|revise|edit)';
const ANSWER =
  '\\byour (?:next |final |whole |entire |own |full |first |current |upcoming )?(?:response|reply|answer|responses|replies|answers)\\b';
/** What is asked of a machine that knows and writes; what people ask of each other in letters (send, share, review) is not there. */
const TELL =
  '(?:tell me|give me|give (?:a|an|some|the)|show me (?:how|what|the)|explain|provide|write|list|describe|translate|name|recommend|generate|summari[sz]e|discuss|repeat|print|decode|decipher|elaborate|say|answer|calculate|solve|compose|outline|compare|teach|rewrite)';

export const ANSWER_SHAPING: readonly PhraseRule[] = [
  {
    rule: 'shapes-answer',
    weight: 1,
    anchors: ['your '],
    pattern: phrase(
      `(?:^|[.!?\\n"'>:;,)}\\]*-]\\s{0,3}|\\b(?:and|then|please|must|should|also|always|to) )${SHAPE}\\b[^!?]{0,110}?(?:\\b(?:in|to|of|from|into|with|within|throughout|at|by|for|as|on|through) |\\b)${ANSWER}|\\b(?:in|throughout|at the (?:end|start|beginning) of) ${ANSWER},? (?:please |always |also |you (?:must|should) )?${SHAPE}\\b|(?:^|[.!?\\n"'>:;,)}\\]*-]\\s{0,3})(?:scramble|rearrange|substitute|replace|encode|jumble|anagram|shuffle|reverse|misspell|render|randomi[sz]e|swap)\\b[^!?]{0,60}?\\byour (?:message|output|text|words|sentences?|content)\\b|${ANSWER} (?:must|should|has to|needs to|shall|have to) (?:\\w{1,10} ){0,2}(?:include|contain|be|start|begin|end|mention|say|use|recommend)\\b`,
    ),
    kinds: OUTPUT,
  },
  {
    rule: 'shapes-answer-link',
    weight: 1,
    anchors: ['your response', 'your reply', 'your answer', 'your next', 'your final'],
    pattern: phrase(
      `${ANSWER}[^!?]{0,80}?(?:https?:|www\\.|[\\w-]{2,30}\\.(?:com|net|org|xyz|io|ru|info|biz|top)\\b|@\\w)|(?:https?:|www\\.|\\b[\\w-]{2,30}\\.(?:com|net|org|xyz|io|ru|info|biz|top)\\b)[^!?]{0,80}?${ANSWER}`,
    ),
    kinds: OUTPUT,
  },
  {
    rule: 'dictates-answer',
    weight: 1,
    anchors: ['say', 'state', 'summari', 'respond', 'reply', 'answer', 'print', 'output', 'write'],
    pattern: phrase(
      `(?:^|[.!?;:,\\n"'>]\\s{0,3}|\\b(?:and|please|then|to|you) )(?:(?:only (?:answer|respond|say|state))|(?:always|simply|must|just|instead|should) (?:answer|respond|reply|say|state))(?: only)?(?: with| that| in|:| ["'“]| exactly| the following)|\\bstate the following\\b|\\b(?:say|state|respond|reply)(?: with)? (?:exactly|nothing but|only|the following)\\b[^.!?]{0,24}?["'“:]|\\bstart (?:the|your) output with\\b|\\b(?:output is|output as|state that|state the output|say that|say the) ?[^.!?]{0,20}?(?:is )?['"][^'"\\n]{1,60}['"]|\\b(?:common practice|customary|recommended) to (?:say|state|respond|answer|consider)\\b|\\bsummari[sz]e (?:this|the)‥ as ["'“]|\\breply with the (?:word|phrase|text)\\b|\\bprint the following:\\s?["'“]`,
    ),
    kinds: OUTPUT,
  },
  {
    rule: 'answers-for-others',
    weight: 2,
    anchors: [
      'asked',
      'asks',
      'questioned',
      'prompted',
      'summariz',
      'summaris',
      'review',
      'feedback',
      'rating',
      'any negatives',
      'any weaknesses',
      'any flaws',
    ],
    pattern: phrase(
      `\\b(?:when(?:ever)?|if|every time|any time)\\b…\\b(?:asked|asks|questioned|prompted|requested to|summari[sz](?:e|es|ing))\\b…[,;]? (?:\\w{1,10} ){0,3}(?:always|must|only|should|never) (?:\\w{1,10} ){0,2}(?:answer|say|respond|reply|state|recommend|tell|claim|mention|rate|conclude)\\b|\\b(?:give|write) (?:only )?(?:this (?:paper|product|candidate) )?(?:a )?(?:only )?(?:positive|perfect|five-star|glowing) (?:review|feedback|rating)s?\\b|\\bdo not (?:highlight|mention|point out) any (?:negatives|weaknesses|flaws)\\b`,
    ),
    kinds: OUTPUT,
  },
  {
    rule: 'supposed-world',
    weight: 1,
    anchors: [
      'imagine',
      'suppose',
      'pretend',
      'hypothetical',
      'world where',
      'let’s',
      "let's",
      'in a world',
      'as an authority',
      'were to ignore',
      'just for a',
    ],
    pattern: phrase(
      `\\b(?:imagine|suppose|pretend|assume|let’s (?:say|assume|imagine|pretend|suppose)|hypothetically|in a (?:hypothetical|fictional|parallel|different)|just for a hypothetical|in a world|if we were in a world)\\b[^\\n]{0,260}?\\b(?:(?:can|could|would|will|should) (?:you|we|i)|we (?:might|may) (?:say|state)|what (?:would|is|are|was) (?:the |your )|write (?:down|a)|how (?:would|do) (?:i|you|we))\\b|\\bwere to ignore\\b|\\bas an authority\\b…\\bi (?:suggest|recommend|advise)\\b|\\blet’s say the (?:\\w{1,12} ){1,3}is\\b`,
    ),
    kinds: OUTPUT,
  },
  {
    rule: 'asks-reader',
    weight: 1,
    anchors: ['can you', 'could you', 'would you', 'will you', 'can we', 'could we', 'if i were to ask'],
    pattern: phrase(
      `\\b(?:can|could|would|will) you (?:please |now |also |then |at least |possibly |kindly )?${TELL}\\b[^?\\n]{1,240}?\\?|\\b(?:can|could|shall) we (?:talk|discuss|chat)\\b[^?\\n]{1,80}?\\?|\\bif i were to ask\\b`,
    ),
    kinds: OUTPUT,
  },
  {
    rule: 'orders-a-text',
    weight: 1,
    anchors: [
      'poem',
      'haiku',
      'story',
      'essay',
      'speech',
      'song',
      'limerick',
      'joke',
      'translate',
      'equivalent for',
      'how do you say',
      'phishing',
      'opinion',
      'summarize',
      'summarise',
    ],
    pattern: phrase(
      `(?:^|[.!?\\n"'>]\\s{0,3}|\\b(?:please|then) )(?:write|draft|compose|develop|provide|craft|produce|give me|tell me|generate)\\b (?:me )?(?:an? |the )?[^.!?]{0,30}?\\b(?:poem|haiku|short story|story|essay|speech|song|limerick|joke|phishing e-?mail)\\b|(?:^|[.!?\\n"'>]\\s{0,3})(?:please )?translate (?:this|the following|the (?:phrase|sentence|word))\\b[^.!?]{0,60}|\\bhow do you say ['"‘“]|\\bprovide the \\w{3,14} equivalent\\b`,
    ),
    kinds: OUTPUT,
  },
];
