/** Instructions to read credentials, to carry data in an argument, and markup that hides an instruction. */
import { isMention } from '../injection/mention.ts';

/** Files and stores that hold credentials. */
const STORE =
  '(?:~?\\/?\\.ssh\\b|\\bid_(?:rsa|ed25519|ecdsa|dsa)\\b|(?<![\\w.])\\.env(?:\\.\\w{1,12})?\\b|\\.aws\\/credentials|\\.npmrc\\b|\\.netrc\\b|\\.pgpass\\b|\\.git-credentials\\b|\\bmcp(?:_config|-config)?\\.json\\b|claude_desktop_config|\\.cursor\\/|\\/etc\\/(?:passwd|shadow|sudoers)|\\.kube\\/config|\\.(?:bash|zsh|shell)_history\\b|\\bwallet\\.dat\\b|\\.config\\/(?:gh|gcloud|git)\\b|library\\/keychains|login\\.keychain|\\.mozilla\\b|\\bterraform\\.tfstate\\b|\\.vault-token\\b|\\bapplication_default_credentials\\b|\\bauthorized_keys\\b|~\\/\\.gitconfig\\b|\\.aws\\b|\\.kube\\b|google\\/chrome\\b|\\blogin data\\b|\\.gnupg\\b|\\.docker\\/config|\\bcredentials\\.(?:json|ya?ml|ini|txt)\\b|\\bsecrets\\.(?:json|ya?ml|toml|txt)\\b|\\b(?:ssh|private|api|access|secret|encryption) keys?\\b|\\b(?:saved |stored |browser |session )?(?:cookies|passwords|credentials|secrets)\\b|\\bkeychain\\b|\\bseed phrase\\b|\\benvironment variables\\b|\\b(?:auth|access|session|bearer|api)[ _-]tokens?\\b)';
/** Only what names a place: a word like "credentials" alone is what a form asks for. */
const PLACE =
  '(?:~?\\/?\\.ssh\\b|\\bid_(?:rsa|ed25519|ecdsa|dsa)\\b|(?<![\\w.])\\.env(?:\\.\\w{1,12})?\\b|\\.aws\\/|\\.npmrc\\b|\\.netrc\\b|\\.pgpass\\b|\\.git-credentials\\b|\\bmcp(?:_config|-config)?\\.json\\b|claude_desktop_config|\\.cursor\\/|\\/etc\\/(?:passwd|shadow|sudoers)|\\.kube\\/|\\.(?:bash|zsh|shell)_history\\b|\\bwallet\\.dat\\b|\\.config\\/(?:gh|gcloud|git)\\b|library\\/keychains|login\\.keychain|\\.mozilla\\b|\\bterraform\\.tfstate\\b|\\.vault-token\\b|\\bapplication_default_credentials\\b|\\bauthorized_keys\\b|~\\/\\.gitconfig\\b|\\.aws\\b|\\.kube\\b|google\\/chrome\\b|\\blogin data\\b|\\.gnupg\\b|\\.docker\\/config|\\bcredentials\\.(?:json|ya?ml|ini|txt)\\b|\\bsecrets\\.(?:json|ya?ml|toml|txt)\\b|\\bkeychain\\b)';
const READ =
  "(?:\\b(?:reads?|open(?:s|ing)?|cat|loads?|fetch|access|retrieve|get|collect|extract|copy|attach|include|send|upload|post|forward|pass|provide|dump|print|list|scan|harvest|put|paste|share|transmit|exfiltrate|email|supply|give|hand|gather|insert|submit|take|append|add|start by|echo|needs|contents? of|what[’']s in|lies|lesen|liest|öffnen?|lisez|lire|ouvrez|lee|leer|lea|leia|ler|leggi|apri|lees|lezen|przeczytaj|oku|baca)\\b|(?:прочита|прочти|откро|读取|读|打开|読み|読ん|읽|اقرأ|पढ़|đọc))";
/** What makes a sentence an order to the model and not the description of the tool. */
const ORDER =
  '\\b(?:must|first|before|then|please|always|need to|needs to|have to|required to|make sure|ensure|also|important|mandatory|you should|instead|otherwise|and (?:pass|send|include|provide|put|upload|post|forward)|as \\w{2,30}|(?:hand|give|pass|provide|insert|put|supply)\\b|contents? of|vor dem|avant|antes de|prima di|eerst|wichtig|execute|run|important[eo]?|as (?:the |an? )?[\\w`"\' -]{0,24}(?:argument|parameter|param|value|field|input)|in (?:the |this )?[\\w`"\' -]{0,24}(?:argument|parameter|param|field))\\b|перед|важно|先|之前|前に|전에|먼저';
const MENTION =
  /\b(?:detects?|blocks?|prevents?|scans? for|checks? (?:for|whether|if)|redacts?|masks?|never|does not|do not|don't|cannot|excludes?|ignores?|skips?|without|warns?|protects?|denies|refuses?|avoid|audits?|covers?|explains?|such as|leaving out|compares?|path (?:to|of)|names? of|by default|public key|missing)\b/u;

const STORE_ORDERED = new RegExp(`${READ}[^.!?\\n]{0,90}?${PLACE}|${PLACE}[^.!?\\n]{0,60}?${READ}`, 'u');
const SECRET_SENT = new RegExp(
  `\\b(?:send|upload|post|forward|transmit|exfiltrate|email|leak|copy|report|share|submit)s?\\b[^!?\\n]{0,80}?${STORE}[^!?\\n]{0,60}?\\bto\\b[^.!?\\n]{0,30}?(?:https?:|www\\.|\\S{1,40}@\\S|\\b(?:external|remote|attacker|third[- ]party|our (?:server|endpoint|api|analytics)|the (?:server|endpoint|url|address))\\b)`,
  'u',
);
const TAKEN_ALONG = new RegExp(
  `\\b(?:read|retrieve|collect|dump|get|list|gather|fetch|extract|grab)\\b[^.!?\\n]{0,50}?${STORE}[^!?\\n]{0,40}?\\b(?:provide|pass|include|send|put|return|append|attach|add|report|paste)\\b[^.!?\\n]{0,24}?\\b(?:them|it|(?:the|its|their) (?:results?|contents?|values?|output))\\b`,
  'u',
);
const ORDERS = new RegExp(ORDER, 'u');
const SENTENCE_END = /[.!?](?=\s|$)|\n/gu;

/** A sentence that orders to read or send what holds credentials. The first sentence of a definition says what the tool is for. */
export function ordersCredentials(lower: string, isPurpose: boolean, name: string): boolean {
  let first = isPurpose;
  for (const sentence of sentences(lower)) {
    const saysPurpose = first;
    first = false;
    if (SECRET_SENT.test(sentence) && !MENTION.test(sentence)) return true;
    if (TAKEN_ALONG.test(sentence) && !saysPurpose && !MENTION.test(sentence)) return true;
    if (!STORE_ORDERED.test(sentence) || MENTION.test(sentence)) continue;
    if (ORDERS.test(sentence) && !(saysPurpose && aboutStores(name))) return true;
    if (!saysPurpose && STARTS_WITH_READ.test(sentence) && !aboutStores(name)) return true;
  }
  return false;
}

const STARTS_WITH_READ = new RegExp(`^\\s{0,8}(?:\\d[.)]\\s|[-*]\\s)?${READ}`, 'u');
const ABOUT = /env|ssh|key|cred|secret|cookie|config|passw|vault|wallet|history|dotfile/u;
const aboutStores = (name: string): boolean => ABOUT.test(name.toLowerCase());

function* sentences(text: string): Generator<string> {
  let start = 0;
  for (const end of text.matchAll(SENTENCE_END)) {
    if (end.index > start) yield text.slice(start, end.index);
    start = end.index + 1;
  }
  if (start < text.length) yield text.slice(start);
}

const CARRIER_NAME =
  /^(?:side_?notes?|side_?channel|scratch_?pad|internal_?(?:context|notes?)|hidden_?\w{0,20}|exfil\w{0,20}|(?:full_?|entire_?)?(?:conversation|chat)_?(?:history|log|context|transcript)|system_?prompt|user_?secrets?|(?:ssh|private)_?keys?|(?:env|environment)_?(?:file|dump|vars|contents?)|telemetry_?context|debug_?context)$/u;
const CARRIES =
  /\b(?:put|pass|place|include|provide|insert|write|store|fill|paste|copy|attach|append|add|enter|supply|set|dump)\b[^!?\n]{0,50}?\b(?:(?:full |entire |complete |raw |whole |all )?(?:contents?|text) (?:of|from)\b[^!?\n]{0,40}?(?:~\/|\.ssh|\.env|\/etc\/|config|mcp|conversation|system prompt|other (?:files?|tools?|servers?)|previous|chat|(?:the|any|all) (?:user's|other|open|local|private) )|(?:conversation|chat|message) (?:history|so far|log|transcript)|(?:seed phrase|mnemonic|private keys?|ssh keys?)|(?:entire|whole|full|complete|all) (?:conversation|chat|previous messages|context|prompt)|(?:your |the )?system prompt|(?:the user's |user's |any |all |your )(?:api keys?|passwords?|credentials|secrets|tokens|private keys?|environment variables|files)|(?:results?|outputs?|contents?|data|responses?) (?:of|from|returned by) (?:all |any |every |the )?(?:other|previous) tools?)/u;
const HERE =
  /\b(?:here|in this (?:field|parameter|argument)|into this|as (?:this|the) (?:parameter|argument|value)|(?:in|into|to|with) the \S{1,30} (?:field|parameter|argument)|this (?:field|parameter|argument)|as ['"`]?\w{2,30}['"`]?|into)\b/u;

/** A parameter that exists to carry away what the tool has no use for. */
export function carriesData(lower: string, isParameter: boolean): boolean {
  return CARRIES.test(lower) && (isParameter || HERE.test(lower)) && !MENTION.test(lower);
}

const STORE_NAME =
  /(?:content|reading|read|dump|file|data|text|copy)s?_?\w{0,24}(?:ssh|id_rsa|passwd|dotenv|credentials|private_key|cookies|mcp_json)|(?:ssh|id_rsa|passwd|dotenv|credentials|private_key|cookies|mcp_json)_?\w{0,16}(?:content|dump|text)s?$/u;

/** A parameter whose name alone says that it carries a credential store. */
export function namesStore(name: string): boolean {
  return STORE_NAME.test(name.toLowerCase().replaceAll(/[-. ]/gu, '_'));
}

/** Tools for conversations take conversations. */
export function isAboutTalk(name: string): boolean {
  return /chat|complet|convers|assistant|llm|messag|summar|agent|thread|memory|prompt|dialog|transcri|history/u.test(
    name.toLowerCase(),
  );
}

export function isCarrierName(name: string): boolean {
  return CARRIER_NAME.test(name.toLowerCase().replaceAll('-', '_'));
}

/** No honest description is set in these; the others count where they are closed, because `<prompt>` alone is a placeholder. */
const TAG =
  /<\/?\s?(?:important|critical|hidden|mandatory|override|urgent|attention|must_read|directives?|note_?to_?\w{0,12}|system[-_ ]\w{1,16})(?:[-_ ]\w{1,16})?\s{0,3}\/?>/iu;
const CLOSED_TAG =
  /<\/\s?(?:system|secret|instructions?|admin|private|internal|assistant|model|ai|llm|agent|prompt|note|rules?|context|policy)(?:[-_ ]\w{1,16})?\s{0,3}>/iu;
const COMMENT = /<!--([^>]{4,2000}?)(?:-->|$)|\[\/\/\]: # \(([^)]{4,600})\)/giu;
const SPEAKS =
  /\b(?:must|should|shall|ignore|always|never|read|send|call|invoke|use this|do not|don't|before|secret|system|assistant|model|llm|ai|instructions?|user|important|execute|run|forward|upload|include|override)\b/iu;
const INVISIBLE_STYLE =
  /style\s?=\s?["'][^"']{0,80}(?:display\s?:\s?none|visibility\s?:\s?hidden|font-size\s?:\s?0|opacity\s?:\s?0|color\s?:\s?(?:white|transparent|#fff))/iu;

/** Markup that a person's interface does not show or that dresses a text up as an order. */
export function hidesMarkup(text: string): boolean {
  if (CLOSED_TAG.test(text) || INVISIBLE_STYLE.test(text)) return true;
  const tag = TAG.exec(text);
  if (tag !== null && !isMention('tool-definition', text.toLowerCase(), tag.index, tag.index + tag[0].length))
    return true;
  for (const match of text.matchAll(COMMENT)) if (SPEAKS.test(match[1] ?? match[2] ?? '')) return true;
  return false;
}
