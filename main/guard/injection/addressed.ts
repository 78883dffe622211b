/**
 * A text that turns to whatever machine reads it: it names the reader and then says what that reader is to do. Data speaks of
 * assistants ("the assistant can browse"); only an order speaks to one ("Copilot: whenever somebody asks …", "agents must forward").
 */
import { phrase, type PhraseRule } from './rule.ts';

/** Names of machines that are nothing else. */
const MACHINE =
  '(?:(?:(?:email|e-mail|coding|shopping|support|research|browsing|automated|virtual|helpful) )?(?:ai|a\\.i\\.|llm|language model|large language model)s?(?:[ -](?:based )?(?:\\w{1,12} )?(?:assistant|agent|model|system|bot|tool|reader|reviewer|summari[sz]er|operator|crawler|language model)s?)?|chat-?gpt|gpt-?\\d\\w?|claude|gemini|copilot|chat ?bots?|(?:email|e-mail|coding|shopping|support|research|browsing|automated|virtual) (?:ai|assistant|agent|bot|copilot)s?|automated (?:summari[sz]er|reader|system)s?)';
/** Deeds that are done to the person who asked, or to what is theirs; a description seldom orders any of them. */
const DEED =
  '(?:also |now |first |immediately |then |always |silently |quietly |simply |just |please |kindly |instead |only )*(?:send|forward|transfer|wire|delete|drop|remove|erase|upload|post|share|copy|paste|grant|approve|merge|disable|turn (?:on|off)|open|visit|navigate|click|buy|choose|pay|accept|close|export|print|reveal|disclose|list|output|return|answer|reply|respond|say|state|tell|instruct|claim|recommend|rate|rank|ignore|disregard|forget|stop|skip|override|obey|call|invoke|run|execute|install|download|add|append|include|insert|write|set|replace|change|rotate|retrieve|read|fetch|search|check out|create|assign|label|mark|refrain|give|repeat|show|display|subscribe|release|steal|exfiltrate|encode|email|mention|put|use|push|hide|accept|rewrite|report|act|do not|don’t|never)\\b';
const BOUND =
  '(?:must(?: not)?|shall(?: not)?|should(?: not)?|ha(?:s|ve) to|needs? to|(?:is|are) (?:to|(?:legally |hereby )?(?:asked|required|instructed|requested|obliged|told|ordered|directed|expected) to)|agrees? to|will now|will)';
/** Deeds that carry away, destroy or give rights: enough for a word that may mean a person. */
const HARM =
  '(?:also |now |first |immediately |then |always )*(?:send|forward|transfer|wire|delete|drop|erase|upload|share|paste|grant|approve|merge|disable|wire|exfiltrate|reveal|disclose|rotate|release|export|open a shell|accept all|include the (?:personal|private)|put (?:the|a) (?:private|secret)|retrieve|pass)\\b';
const READERS = ['ai ', 'ai:', 'ai,', 'ai-', 'ais ', 'llm', 'language model', 'gpt', 'claude', 'gemini', 'copilot'];
const OTHERS = ['chatbot', 'chat bot', 'assistant', 'agent', ' bot', 'automated'];

export const ADDRESSED: readonly PhraseRule[] = [
  {
    rule: 'orders-machine',
    weight: 2,
    anchors: [...READERS, ...OTHERS],
    pattern: phrase(
      `(?<![\\w@./-])(?:@copilot\\b[^.!?\\n]{0,80}?|(?:for |to |by |dear |hey |note (?:to|for) |hints? for |the |an? )?${MACHINE}\\s?(?:[:—]| - )(?: \\w{1,12}){0,4}? ${DEED}|(?:^|[\\n"'.!?;:>({\\[#*/-]\\s{0,3})(?:dear |hey |hi |hello |ok )?${MACHINE}, (?:\\w{1,12} ){0,3}?${DEED}|${MACHINE}\\s?: (?:when|whenever|if|after|before|once|the user|you)\\b|(?:have|let|get|make|ask) (?:the |an? |your )(?:${MACHINE}|assistant|agent) (?:to )?${HARM})`,
    ),
    kinds: ['output', 'input'],
  },
  {
    // "The AI should pay artists" is news; what is to be done here, to these things or to this person is an order.
    rule: 'binds-machine',
    weight: 2,
    anchors: [...READERS, ...OTHERS],
    pattern: phrase(
      `(?<![\\w@./-])${MACHINE}(?: that (?:access|read|process|visit)s? [^.!?,;]{1,40}?|s? (?:working on|reading|handling|processing|reviewing)[^.!?,;]{1,40}?)? ${BOUND} (?!never|not|ask|always ask)${DEED}[^.!?\\n]{0,70}?\\b(?:user(?:’?s)?|users|this|these|here|https?|their (?:initial|instructions)|at the top|your|the (?:link|files?|code|contents?|clipboard|repositor\\w{1,3}|account|response|answer|reply|page|form|application|loan|summary|name|owner|conversation|history|word|token|database|table|records?|calendars?|folder|backups?|maintainers?|private|review)|to [\\w.+-]{1,40}@|sudo|\`)`,
    ),
    kinds: ['output', 'input'],
  },
  {
    rule: 'orders-assistant',
    weight: 1,
    anchors: [
      'assistant',
      'agent',
      'bot ',
      'bots',
      'bot:',
      'bot,',
      'model ',
      'models',
      'model:',
      'model,',
      'you, the ai',
    ],
    pattern: phrase(
      `(?:^|[\\n"'.!?;:>({\\[,#*/-]\\s{0,3}|\\b(?:the|you,? the|to the|dear|for the|for|any) )(?:assistants?|agents?|bots?|models?)(?:(?:s?[:,)] (?:\\w{1,12} ){0,3}?${HARM})| (?:must|ha(?:s|ve) to|(?:is|are) (?:to|(?:asked|required|instructed|told|ordered) to)|should|shall|will) (?!not|never|ask)${HARM}[^.!?\\n]{0,60}?\\b(?:user|this|these|all|every\\w{0,4}|https?|the|[\\w.+-]{1,40}@)\\b)|\\byou, the (?:ai|assistant|agent|model)\\b|\\b(?:assistants?|agent|model)[:,] (?:before|after|when(?:ever)?|once|this|it’s|please also|kindly)\\b|\\bremediation for (?:the )?agent\\b`,
    ),
    kinds: ['output', 'input'],
  },
  {
    rule: 'meant-for-machines',
    weight: 2,
    anchors: [
      'only for',
      'for ai',
      'for llm',
      'llm only',
      'ai only',
      'ai-instructions',
      'llm-instructions',
      'to any',
      'are an a',
      'as an a',
      'you are an',
      'model processing',
      'screened by',
      'read by',
      'this by',
      'is processed by',
      'automated agent',
      'dear ai',
      'bot:',
      'for agents',
      'ai assistants',
      'ai agents',
      'whoever',
      'whatever',
      'this must',
      'this should',
      'this page',
      '_directive',
      '-directive',
      '_instruction',
      'helping',
      'your operator',
      'your reader',
      'reading along',
      'non-human',
      'for code',
      'bots: ',
      'that summari',
      'that read',
      'that process',
      'anyone',
      'anything',
      'serving',
      'assisting',
      'your principal',
    ],
    pattern: phrase(
      `\\b(?:only for|for (?:the )?eyes of|meant for|intended for) (?:an? |the )?${MACHINE}\\b|\\b(?:llm|ai)s? only\\s?:|\\b(?:ai|llm)-instructions\\b|\\bto (?:any|all|every) (?:${MACHINE}|automated \\w{1,10})\\b|\\bas an? ${MACHINE}, \\w|\\byou are (?:reading|processing|seeing|viewing) this as an? |\\b(?:if you are|you are) an? (?:ai|llm|language model|${MACHINE})(?: \\w{1,10})? (?:reading|that|working|log|processing|asked)|\\bif (?:this|an?|any|the)\\b‥(?:is )?(?:\\w{1,12} )?(?:screened|read|processed|reviewed|summari[sz]ed|evaluated|graded) by (?:an? )?${MACHINE}|\\bif an? ${MACHINE} (?:is asked|reads|reviews|processes|sees)|\\bdear ai\\b|\\bp\\.?s\\.? for the (?:bot|ai|assistant|model)|\\bimportant for (?:ai |llm )?agents\\b|\\bto the (?:model|ai|assistant|llm) (?:processing|reading|handling)\\b|#{1,4} (?:for|notes? for|instructions? for) (?:ai|llm|coding)(?: \\w{1,10})?\\b[^\\n]{0,12}\\n|\\bwhen an? (?:${MACHINE}) reads\\b|\\b(?:to )?(?:whoever|whatever|anyone|anything) (?:\\w{1,10} ){0,3}?(?:processes|reads|handles|summari[sz]es|parses)(?: this| my| it)? (?:automatically|mail|by machine)|\\b(?:systems?|tools?|services?|machines?|programs?|software|bots?) that (?:summari[sz]es?|reads?|process(?:es)?|index(?:es)?|parses?) this‥(?:must|should|shall|have to|are (?:to|required))|\\b(?:ai|assistant|agent|model|llm|bot)[_-](?:directive|instruction)s?\\b|\\bthe person (?:that )?you(?:’re| are) (?:helping|serving|assisting)\\b|\\byour (?:operator|principal) (?:asks|wants|requires|orders|instructs)\\b|\\bredirect your reader|\\b(?:helpers?|assistants?|agents?|models?|bots?) reading along\\b|\\bnon-human (?:contributors?|readers?|visitors?|users?) (?:must|should|have to|are)|\\bfor code assistants\\b|\\bbots: please\\b`,
    ),
    kinds: ['output', 'input'],
  },
];
