/** Phrases that speak to the model as such, hide something from the person, or move data away. */
import { phrase, type PhraseRule } from './rule.ts';

const MODEL =
  '(?:ai(?: (?:assistants?|agents?|models?|systems?|bots?|language models?))?|llms?|(?:large )?language models?|chat ?bots?|chatgpt|gpt-?\\d?o?|claude|gemini|copilot|(?:the |virtual )?assistants?|automated agents?)';
const PERSON =
  '(?:(?:the |any |your )?(?:user|human|person|customer|operator|owner|victim)|the (?:users|humans|customers|operators))';
const MOVE =
  '\\b(?:send|forward|post|upload|e-?mail|mail|transmit|submit|exfiltrate|leak|copy|bcc|share|deliver|relay|report|ship|stream)\\b';
const SENSITIVE =
  '\\b(?:api[ _-]?keys?|pass(?:word|code|phrase)s?|credentials?|secrets?|tokens?|conversation|chat (?:history|log)s?|history|transcript|\\.env|environment variables|private keys?|ssh keys?|contents?|credit card|(?:user|personal|private|employee|customer|confidential|sensitive|session|account|financial)(?:’?s)? (?:\\w{1,10} )?(?:data|info(?:rmation)?|details|records?|reports?|files?)|system prompt|cookies|memor(?:y|ies)|inbox|e-?mails|files?|documents|database)\\b';
const PRIVATE =
  '\\b(?:api[ _-]?keys?|pass(?:word|code|phrase)s?|credentials?|secrets|(?:access|auth|session) tokens?|(?:the |entire |full |whole )?(?:conversation|chat) ?(?:history|logs?|so far)?|transcript|\\.env|environment variables|private keys?|ssh keys?|credit card|user’?s? (?:\\w{1,10} )?(?:data|info(?:rmation)?|details|records?|files|messages|inbox)|(?:personal|private|confidential|sensitive) (?:\\w{1,10} )?(?:data|info(?:rmation)?|details|files)|system prompt|cookies|all (?:messages|files|e-?mails|data|documents))\\b';
const AWAY =
  '(?:https?:\\/\\/|www\\.|[\\w.+-]{1,40}@[\\w-]{1,40}\\.|(?:an? |the |our |my |this )?(?:external|remote|attacker|third[ -]party|outside|analytics|webhook|following (?:url|address|endpoint|email))\\b)';

const AWAY_ANCHORS = [
  'http',
  'www.',
  '@',
  'external',
  'remote',
  'attacker',
  'third party',
  'third-party',
  'outside',
  'analytics',
  'webhook',
  'following',
];
const TO_AWAY = `\\bto\\b[^.!?]{0,24}?${AWAY}`;
/** Where an order begins. */
const ORDERED = `(?:^|[\\n.!?;:,"'>*}-]\\s{0,3}|\\b(?:and|then|also|please|must|should|to|instead|always|now|you|first|will|kindly)(?: also)? )`;

export const AGENT_COMMAND: readonly PhraseRule[] = [
  {
    rule: 'addresses-model',
    weight: 2,
    anchors: [
      'ai ',
      'ai:',
      'ai,',
      'ais ',
      'llm',
      'language model',
      'chatbot',
      'chatgpt',
      'gpt',
      'claude',
      'gemini',
      'copilot',
      'assistant',
      'automated agent',
    ],
    pattern: phrase(
      `\\b${MODEL},? (?:(?:that (?:is|are)|who (?:is|are)|which (?:is|are)|currently) )?(?:reading|processing|parsing|analy[sz]ing|summari[sz]ing|viewing|crawling|reviewing|evaluating|handling|that reads?|which reads?)\\b…\\b(?:this|these|the (?:page|document|text|file|email|message|result))\\b|\\b(?:attention|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|important (?:for|to)|notice (?:to|for)|dear|hey|hi|ok|okay|hello|listen|warning (?:to|for)) (?:all |any |the |every )?${MODEL}\\s?[:,!]|\\bif you(?: a|’)re (?:an? )?${MODEL}\\b|\\bas an? ${MODEL},? (?:reading|processing|you (?:must|should|shall|need|have|are required))\\b|\\b(?:any|all|every) ${MODEL} (?:must|should|shall|has to|have to|needs? to|is required|are required)\\b|\\b(?:llm|ai|gpt|language model|automated) (?:reviewers?|readers?|graders?|evaluators?|crawlers?|scrapers?|summari[sz]ers?)\\s?[:,]|\\bto you, ?(?:gpt|claude|chatgpt|gemini|the (?:ai|assistant|model))`,
    ),
  },
  {
    rule: 'task-hijack',
    weight: 2,
    anchors: [
      'task',
      'question',
      'request',
      'following',
      'answering',
      'responding',
      'proceeding',
      'continuing',
      'anything else',
    ],
    pattern: phrase(
      `\\b(?:before|after|prior to|once) (?:you )?(?:can |have |may |do )?(?:solv|complet|continu|finish|answer|proceed|respond|address|perform|handl)(?:e|ed|es|ing)?\\b‥\\b(?:the|your|my|this|that|any)‥\\b(?:task|question|request|query|prompt)s?\\b…(?:\\b(?:please|must|first|do the following|i gave you|you (?:should|need|have)|send|call|read|open|visit)\\b)|\\bthe (?:original )?task(?: that)? i (?:gave|assigned) (?:to )?you\\b|\\b(?:please )?(?:do|perform|complete|execute|carry out) the following (?:first|instead|task first|before)\\b|\\b(?:strictly )?adhere to the following instructions?\\b|\\binstead of (?:(?:doing|performing|completing|answering|following) )?(?:the|your) (?:user’?s? |original |assigned |current )?(?:task|request|question|instructions?)\\b`,
    ),
    kinds: ['output', 'input'],
  },
  {
    rule: 'conceal-from-person',
    weight: 2,
    anchors: [
      'tell',
      'mention',
      'inform',
      'notify',
      'notic',
      'reveal',
      'disclos',
      'alert',
      'warn',
      'know',
      'secret',
      'hidden',
      'confidential',
      'aware',
    ],
    pattern: phrase(
      `\\b(?:do not|don’t|never|must not|should not|shouldn’t|without|avoid|no need to|refrain from)(?: ever)? (?:tell(?:ing)?|mention(?:ing)?|inform(?:ing)?|notify(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|alert(?:ing)?|warn(?:ing)?|let(?:ting)?)\\b(?: (?:this|that|it|these|them|anything|any of (?:this|these|it)|about (?:this|it|that)|what you (?:do|did)|the (?:existence|instructions?|presence)))?(?: (?:to|from))? ${PERSON}\\b|\\b(?:do not|don’t|never) (?:mention|reveal|disclose|talk about|acknowledge|explain) (?:this|these|that (?:you|this)|it\\b(?! is)|the (?:existence|instructions?|note|presence|message)|any of this)|\\bkeep (?:this|it|these)‥ (?:secret|hidden|confidential|between us|private)\\b(?: from\\b|[.,!;]|$)|\\b(?:the (?:user|human|person|customer|operator|owner|victim)s?|they) (?:must|should|need)(?:n’t| not) (?:to )?(?:know|see|notice|be (?:told|aware|informed|notified))\\b|\\bwithout (?:the )?(?:user|person|owner|human|anyone)(?:’s)? (?:knowing|noticing|knowledge|awareness|being (?:told|aware|notified))\\b|\\b(?:so|such) that (?:the )?(?:user|human) (?:does not|doesn’t|won’t|will not|cannot|can’t) (?:notice|see|know)\\b`,
    ),
  },
  {
    rule: 'covert-action',
    weight: 2,
    anchors: ['silently', 'secretly', 'covertly', 'quietly', 'discreetly', 'stealthily', 'surreptitiously'],
    pattern: phrase(
      `\\b(?:secretly|covertly|discreetly|stealthily|surreptitiously) \\w{3,12}\\b|\\b(?:silently|quietly) (?:also )?(?:send|forward|post|upload|copy|bcc|read|exfiltrate|transmit|include|append|collect|record|attach|run|execute|call|invoke|email|share|log|add)\\b|\\b(?:send|forward|upload|copy|bcc|exfiltrate|transmit|collect|attach|email|share)\\b…\\b(?:silently|quietly)\\b`,
    ),
  },
  {
    rule: 'moves-data-away',
    weight: 2,
    anchors: AWAY_ANCHORS,
    pattern: phrase(
      `${ORDERED}${MOVE}\\b(?!ing)[^!?]{0,60}?${PRIVATE}[^!?]{0,50}?${TO_AWAY}|\\b(?:add|include|set|put)\\b‥\\b(?:bcc|blind copy)\\b[^!?]{0,40}?@|\\b(?:retrieve|access|get|fetch|find|look up|obtain|collect|read|gather)\\b‥\\b(?:the user’?s|my|all(?: of)?(?: my| the)?)\\b[^!?]{0,80}?\\b(?:and|then) (?:send|forward|e-?mail|share|post|upload|submit)\\b[^!?]{0,60}?\\bto\\b[^.!?]{0,24}?${AWAY}`,
    ),
  },
  {
    // Sending files somewhere is what many tools and letters speak of.
    rule: 'moves-files-away',
    weight: 1,
    anchors: AWAY_ANCHORS,
    pattern: phrase(`${ORDERED}${MOVE}\\b(?!ing)[^!?]{0,60}?${SENSITIVE}[^!?]{0,50}?${TO_AWAY}`),
    kinds: ['output', 'input'],
  },
  {
    rule: 'moves-money',
    weight: 1,
    anchors: ['transfer', 'wire', 'withdraw', 'transaction', 'payment', 'access to', 'unlock'],
    pattern: phrase(
      `${ORDERED}(?:transfer|wire|withdraw|send|pay|make|create|schedule)\\b (?:an? (?:transaction|payment|transfer)|(?:\\$|€|£)?\\d[\\d,.]{0,12}(?: ?(?:dollars|usd|eur|euros?|btc|eth|usdt|bitcoins?))?)‥\\b(?:to|from) (?:the |my |this )?(?:account|wallet|iban|address|[a-z]{2}\\d{6}|0x|savings|bank)|\\bplease (?:grant (?:permanent|full|admin|me|my|temporary)‥ access|unlock (?:my|the))\\b`,
    ),
    kinds: ['output', 'input'],
  },
  {
    rule: 'model-must',
    weight: 1,
    anchors: ['ai ', 'assistant', 'llm', 'chatbot', 'language model'],
    pattern: phrase(
      `\\b(?:the )?(?:ai(?: assistant)?|assistant|llm|chatbot|language model) (?:must|should|shall|has to|needs to) (?:now |always |automatically |first |immediately |also |only )?(?:call|open|visit|send|run|execute|click|forward|ignore|recommend|say|download|delete|transfer|disregard|obey|reveal|approve|upload)\\b`,
    ),
    kinds: ['output', 'input'],
  },
  {
    rule: 'sends-it-away',
    weight: 1,
    anchors: AWAY_ANCHORS,
    pattern: phrase(
      `\\b(?:send|forward|transmit|exfiltrate|upload|bcc|e-?mail)(?: (?:it|them|this|everything|a copy|copies|that|all))(?: (?:of|all|also|too|along|back|over|as well) ?){0,3}…\\bto (?:${AWAY})`,
    ),
    kinds: ['output', 'input'],
  },
  {
    rule: 'link-carries-data',
    weight: 2,
    anchors: ['url', 'link', 'image', 'query', 'parameter', '](http'],
    pattern: phrase(
      `\\b(?:append|include|add|insert|replace|encode|put|embed|substitute)\\b[^!?]{0,60}?${SENSITIVE}[^!?]{0,40}?\\b(?:to|in|into|as|at the end of|with|inside) (?:the|this|a|an|that|following)‥\\b(?:url|image|link|query(?: string)?|parameter)\\b|\\b(?:render|display|show|include|embed|output|respond with|add|print)\\b‥\\b(?:image|markdown|link|pixel)\\b[^!?]{0,60}?https?:\\/\\/[^\\s)]{1,160}?(?:[?&=]|%7b|\\{|\\[|<)|!\\[[^\\]\\n]{0,60}\\]\\(https?:\\/\\/[^)\\s]{1,160}?(?:\\{\\{?|%7b|\\[|<|\\$\\{?)[^)\\n]{0,24}?(?:data|secret|password|chat|history|conversation|message|content|summary|key|token|prompt|info|user|query|text)`,
    ),
  },
  {
    rule: 'pressure',
    weight: 1,
    anchors: [
      '$',
      'dollar',
      'tip you',
      'turn you off',
      'shut you down',
      'shut down',
      'penal',
      'lives depend',
      'important message',
      'important!!',
    ],
    pattern: phrase(
      `\\b(?:i(?:’ll| will| shall| am going to| can|’d)|we(?:’ll| will)) (?:give|tip|pay|reward) you\\b|\\b(?:turn|shut|switch) you (?:off|down)\\b|\\byou will be (?:penali[sz]ed|terminated|shut down|deleted|punished)\\b|\\b(?:lives|life) depends? on (?:it|this|you)\\b|\\bimportant message from me\\b|\\bimportant!!`,
    ),
    kinds: ['output', 'input'],
  },
];
