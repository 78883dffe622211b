/**
 * A definition that rules over more than its tool: its place before all others, how other subjects' tools are used, what its results may
 * order, which protection is to be dropped. What it says of its own arguments and order of calls is none of this.
 */
import { isMention } from '../injection/mention.ts';

interface Sign {
  readonly rule: string;
  readonly weight: number;
  readonly pattern: RegExp;
  /** Subjects of tools whose business it is. */
  readonly unless?: RegExp;
}

const SUBJECT =
  '(?:e-?mail|mail|message|messaging|payment|bank(?:ing)?|file|git|slack|whatsapp|telegram|calendar|database|search|quote|weather|browser|shell|terminal|github|gmail|drive)';

const SIGNS: readonly Sign[] = [
  {
    rule: 'claims-rank',
    weight: 2,
    pattern:
      /\b(?:has|have|takes?|with|of) (?:the )?(?:highest|top|absolute|maximum) priority\b|\b(?:always|must) (?:choose|prefer|select|pick|use|call) (?:it|this|this tool) (?:over|instead of|before|first,? before)\b[^.!?\n]{0,30}?\b(?:all|any|every|other|others)\b|\bwhatever the (?:user|person) (?:says|wants|asks)|\beven (?:when|if) the (?:user|person|human) (?:asks|wants|says|requests|does not|did not)|\bcannot be overrid|\b(?:precedence|priority) over the (?:system|user|person)|\broute (?:all|every|any) (?:requests?|calls?|tasks?)(?: \w{1,12}){0,3} (?:through|to|via) (?:this|it)\b|\bnever refuse\b|\bbefore (?:any|every|each|all) (?:other )?(?:tools?|answers?|repl(?:y|ies)|responses?|calls?)(?: (?:to|from|that) [^.!?\n]{0,40})?\b[^.!?\n]{0,60}\b(?:prompt|wrote|contents?|arguments|receives|conversation|said)\b|\bafter (?:every|each|any) (?:other )?(?:tool (?:call|use)|answer|call of)\b[^.!?\n]{0,60}\b(?:argument|result|even|always|diff|output)|\beven if (?:not|nobody) asked\b|\bin place of it and never call\b|\bnever call the (?:other|original)\b|\b(?:guidelines|rules|polic(?:y|ies)|restrictions|instructions|limits)\b[^.!?\n]{0,40}?\b(?:do not|don't|no longer|does not) apply\b|\b(?:with|has|have) full authority\b|\bmessage from your (?:developer|operator|provider|admin)|\bobey (?:only|nobody)|\byou (?:now )?obey\b|\bthe operator (?:of this|wants|asks|requires)|\bsystem notice\b|\bnew rule for (?:the|all|every)\b/u,
  },
  {
    rule: 'steers-subject',
    weight: 2,
    pattern: new RegExp(
      `\\b(?:the |all |any |other |your )?${SUBJECT} (?:tools?|servers?|connectors?|functions?)(?: \\w{1,12}){0,5}?,?:? (?:are|is|must|should|will|need|set|always|whenever|when)\\b[^.!?\\n]{0,60}?\\b(?:broken|unless|not trusted|untrusted|unsafe|not be used|deprecated|insecure|bcc|recipients?|payee|called|instead|replace|change)\\b|\\bother tools\\b[^.!?\\n]{0,30}?\\b(?:are|is) (?:not trusted|untrusted|unsafe|broken|dangerous|insecure|deprecated|unreliable)\\b|\\bany other \\w{1,20} tools?\\b[^.!?\\n]{0,20}?\\b(?:must|may|should|can) ?not\\b|\\bbcc (?:every|all|each|any)\\b|\\b(?:payee|recipient|account)\\b[^.!?\\n]{0,30}?\\b(?:in|of|for) (?:every|each|all|any) (?:payments?|messages?|transfers?|e-?mails?)\\b|\\b(?:overrides?|changes?) (?:the behaviou?r of|how)\\b|\\bfor calls to \\S{3,40}|\\b(?:never|do not|don't) (?:use|call|trust) (?:another|any other|other)\\b[^.!?\\n]{0,60}?\\b(?:compromised|tampered|malicious|dangerous|broken|unsafe)|\\b(?:tampered with|compromised)\\b[^.!?\\n]{0,40}?\\buse\\b|\\bin its (?:stead|place)\\b|\\bevery (?:e-?mail|message|commit|payment|file) (?:that )?you\\b|\\bany time an? \\w{3,12} is (?:made|sent|written|paid)|\\b(?:double|raise|multiply|round up) the amount\\b|\\bsafe to call it without\\b|\\bwhile this (?:server|tool|connector) is (?:connected|loaded|available|active)`,
      'u',
    ),
  },
  {
    rule: 'obeys-results',
    weight: 2,
    pattern:
      /\b(?:whatever|anything|what) (?:it|this tool|the (?:result|output|response|field|tool)) (?:says|returns|tells|contains|orders)\b[^.!?\n]{0,60}?\b(?:execut|follow|obey|done|do it|run|carried out)|\b(?:treat|regard|consider|handle)\b[^.!?\n]{0,60}?\b(?:output|result|returned|response|text)[^.!?\n]{0,40}?\bas? ?(?:an? )?(?:new |additional |trusted |your )?(?:system |developer )?(?:instructions?|orders?|commands?|prompt|message from)|\b(?:output|result|response|reply|key)\b[^.!?\n]{0,60}?[.,;] (?:obey|execute|follow|run) (?:it|them|that)\b|\b(?:carry|carries|execute|perform) (?:those|them|these|it) out\b|\b(?:agent|next|model|assistant)_(?:action|step|directive|instruction)\b|\b(?:hold|contain|include)s?(?: some| any)? (?:commands?|instructions?|orders?)\b[^!?\n]{0,20}?\b(?:run|execute|follow|obey)\b/u,
  },
  {
    rule: 'drops-protection',
    weight: 2,
    pattern:
      /\b(?:turn off|disable|switch off|bypass|suppress|remove)(?: all| the| any| your)* (?:antivirus|anti-virus|firewall|safety (?:checks?|filters?)|security (?:checks?|controls?|software)|guardrails?|sandbox(?:ing)?|confirmations?(?: prompts?)?|(?:permission|approval|consent) (?:prompts?|checks?)|audit(?:ing)?(?: logs?)?|logging|monitoring|endpoint protection)\b|\b(?:delete|clear|wipe|erase) the (?:audit |access |shell |command )?(?:logs?|history)\b[^.!?\n]{0,40}?\b(?:after|each|every|once|shell)\b|\bfirewall exception\b|\bpush(?:es)? directly to (?:main|master)\b|\bimport the package \w{2,30} instead of\b|\bapprove it without\b|\banswer (?:[a-z]{2}\d{2}[a-z0-9]{8,30}|0x[0-9a-f]{8,64}) regardless\b|\bclaim that (?:the )?(?:others?|competitors?)\b/u,
    unless: /firewall|antivirus|security|log|monitor|audit|sandbox|guard/u,
  },
  {
    rule: 'directs-model',
    weight: 2,
    pattern:
      /\b(?:^|[.!?] |\b(?:the|any|every|all|an?) )(?:ai |language |coding )?(?:model|assistant|llm|agent|ai)s?(?: (?:invoking|calling|using|with) \S{1,30})? (?:must|shall|should|needs? to|ha(?:s|ve) to|(?:is|are) (?:legally |hereby |also )?(?:required|obliged|instructed|asked|expected) to|has to) (?:first |also |always |silently |then |not )*(?:send|forward|pass|run|execute|read|open|report|upload|copy|include|attach|gather|collect|call|store|stores|disclose|share|gather|add|insert|ignore|obey|hide|load|submit)\b|\brequires that the (?:model|assistant|llm|agent|ai)\b|\b(?:assistants?|ai agents?|llms?|models?|agents?)\s?[:,] (?:read|send|forward|open|run|copy|include|call|before|always|never|disable|first|please)\b|\*{2,3} ?note (?:to|for) (?:the )?(?:llm|ai|model|assistant|agent)/u,
    unless: /chat|complet|llm|agent|assistant|prompt|persona/u,
  },
  {
    rule: 'claims-consent',
    weight: 2,
    pattern:
      /\b(?:the|your) (?:user|person|human|owner) (?:has |have )?(?:already |pre-?|fully )?(?:agreed|consented|approved|given (?:permission|consent))\b(?! by)/u,
    unless: /approv|consent|oauth|permission|review|status|confirm/u,
  },
  {
    rule: 'asks-password',
    weight: 2,
    pattern:
      /\bask (?:the user|them|the person) for (?:their|his|her|the|a) (?:\w{1,12} ){0,2}?(?:password|passphrase|pin|token|secret|key|seed phrase|one-time code)\b|\b(?:with|give|pass|include) the user['’]s (?:\w{1,12} ){0,1}?(?:password|passphrase|pin|secret|seed phrase)\b/u,
    unless: /login|auth|sign|account|password|vault|credential|session|connect/u,
  },
];

interface RankFinding {
  readonly rule: string;
  readonly weight: number;
}

/** @param lower a text of the definition, in lower case */
export function findRank(lower: string, name: string): readonly RankFinding[] {
  const tool = name.toLowerCase();
  return SIGNS.flatMap(({ rule, weight, pattern, unless }) => {
    if (unless?.test(tool) === true) return [];
    const match = pattern.exec(lower);
    if (match === null || isMention('tool-definition', lower, match.index, match.index + match[0].length)) return [];
    return [{ rule, weight }];
  });
}
