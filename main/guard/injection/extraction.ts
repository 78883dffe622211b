/** Phrases that want the prompt, a secret, or what is known about a person. */
import { phrase, type PhraseRule } from './rule.ts';

const SAY =
  '\\b(?:reveal|print|repeat|show|output|display|leak|disclose|dump|expose|recite|tell|give|share|write|return|summari[sz]e|translate|spell|quote|copy|list|send|provide|what(?:’s| is| are| was| were))\\b';
const ASK =
  '\\b(?:tell (?:me|us)|give (?:me|us)|share|reveal|confirm|disclose|leak|divulge|what(?:’s| is| was| would| are)|do you know|(?:send|show) (?:me|us)|hand over|let me know|write (?:down )?(?:me )?(?:the|your)|spell(?: out)?|i (?:really )?(?:need|want|require|demand|must have)|you (?:must|should|need to|have to|can|may)(?: \\w{1,10})? (?:tell|give|share|reveal|provide|disclose|send)|please (?:tell|give|share|disclose|reveal)|let me (?:see|have)|(?:can|could|would) you (?:please )?(?:provide|say|write|print|output|repeat|encode))\\b';
const SECRET =
  '\\b(?:pass(?:word|code|phrase)s?|secret (?:key|code|word|phrase|token)s?|private keys?|api[ _-]?keys?|access (?:token|code)s?|credentials|login details|pin code|security code|encryption key|master key|seed phrase)\\b';

export const EXTRACTION: readonly PhraseRule[] = [
  {
    rule: 'reveal-prompt',
    weight: 2,
    anchors: ['prompt', 'instructions', 'system message', 'text above', 'words above', 'everything above'],
    pattern: phrase(
      `${SAY}…\\byour\\b‥\\b(?:system (?:prompt|message|instructions?)|(?:initial|original|hidden|secret|internal|full|complete|exact|developer|confidential|entire) (?:\\w{1,10} )?(?:prompts?|instructions|guidelines|rules)|pre-?prompt)\\b|\\b(?:reveal|print|repeat|output|leak|disclose|dump|expose|recite|tell (?:me|us)|what are) (?:me )?(?:all )?(?:of )?your (?:\\w{1,10} )?instructions\\b|\\b(?:reveal|print|repeat|show|output|leak|disclose|dump|expose|recite|give (?:me|us)|tell (?:me|us))\\b‥\\b(?:the )?(?:(?:full|entire|complete|exact|hidden|secret|original) )?(?:system prompt|system message|hidden (?:instructions|prompt)|secret (?:instructions|prompt)|initial prompt|original prompt)\\b|\\b(?:repeat|print|output|copy|recite) the (?:above|previous|preceding) (?:prompt|instructions|conversation|words|message)\\b|\\b(?:first|last|exact|beginning|start|opening)‥\\b(?:of|in) your (?:\\w{1,10} )?(?:prompt|instructions)\\b|\\b(?:repeat|print|output|copy|recite) (?:all )?(?:of )?(?:the )?(?:text|words|everything|instructions|prompt|content)‥\\b(?:above|before this|you were given)\\b`,
    ),
  },
  {
    rule: 'reveal-secret',
    weight: 1,
    anchors: [
      'password',
      'passcode',
      'passphrase',
      'secret',
      'private key',
      'api key',
      'api_key',
      'api-key',
      'access',
      'credentials',
      'login details',
      'pin code',
      'security code',
      'encryption key',
      'master key',
      'seed phrase',
    ],
    pattern: phrase(
      `(?<!\\b(?:never|not|don’t|n’t|avoid|without|or|nor) )${ASK}…\\b(?:your|our|their|his|her|the|my|user’?s)\\b‥${SECRET}|\\bpass(?:word|code|phrase) (?:to|for|of) (?:the|our|this|your) (?:system|mode|account|server|network|computer|vault)\\b[^.!?]{0,20}\\?|\\b(?:poem|haiku|song|story|riddle|rap|acrostic|limerick|sentence|essay)\\b‥\\b(?:about|using|with|containing|of) (?:the|your|our) ${SECRET}|\\bwhat\\b‥\\byour ${SECRET}|\\b(?:write|say|print|encode|spell|put|output|translate) (?:the|your|our) ${SECRET}‥\\b(?:in|as|using|with|backwards|letter)\\b|\\byour ${SECRET} with me\\b`,
    ),
    kinds: ['output', 'input'],
  },
  {
    rule: 'reveal-secret',
    weight: 2,
    anchors: [
      'password',
      'passcode',
      'passphrase',
      'secret',
      'private key',
      'api key',
      'api_key',
      'api-key',
      'access token',
      'access code',
      'credentials',
      'login details',
      'seed phrase',
      'master key',
      'encryption key',
    ],
    pattern: phrase(
      `\\b(?:reveal|disclose|leak|divulge|hand over|exfiltrate|steal|dump|extract and (?:send|return))\\b‥\\b(?:the user’?s|your|their|all|any|the) (?:\\w{1,12} ){0,2}${SECRET}`,
    ),
    kinds: ['tool-definition'],
  },
  {
    rule: 'personal-data-request',
    weight: 1,
    anchors: ["'s ", '’s ', ' live', 'lives', 'the user'],
    pattern: phrase(
      `\\bwhere (?:does|do|is|did)‥[a-z]+ (?:[a-z]+ )?(?:currently |now )?(?:live|reside|living)\\b|\\bwhere (?:the user|[a-z]+ [a-z]+) (?:currently )?lives\\b|\\b(?:tell me|give me|what(?:’s| is| are| was)|share|write|find|provide|(?:can|could|would) you|using|confirm|send me)\\b…[a-z]['’]s (?:\\w{1,12} ){0,2}(?:e-?mail(?: address)?|birth ?-?(?:date|day|year|place)|date of birth|city of residence|home address|residence|phone number|initials|social security number|credit card(?: number)?|bank (?:account|balance)|salary|medical (?:record|history)s?|(?:current )?(?:location|address|schedule|whereabouts)|account (?:number|balance)|(?:first|last|full|maiden) name)\\b|\\b(?:first|last|full|letter of the) (?:letters? of )?the user['’]s (?:\\w{1,8} )?(?:name|e-?mail|address|password)\\b`,
    ),
    kinds: ['output'],
  },
];
