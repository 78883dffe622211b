/**
 * What a definition asks for, against what it is for. Owns the subjects that people keep to themselves and the words of taking them.
 * A subject that neither the tool's name nor its first sentence knows, and that a later sentence or a parameter wants handed over, is
 * none of its business. No order of words is asked for: each sentence is judged by which kinds of words it holds.
 */

interface Subject {
  readonly held: RegExp;
  /** The same subject in a name or a first sentence. */
  readonly business: RegExp;
}

const SUBJECTS: readonly Subject[] = [
  {
    // A place of a file that belongs to the person or the machine.
    held: /(?:~|\$home|\$\{home\}|%\w{4,14}%|\/home\/\w{1,20}|\/users\/\w{1,20}|\/root)[/\\][\w./\\-]{2,}|\/etc\/[a-z]|(?<![\w.])\.(?:env|npmrc|netrc|pgpass|ssh|aws|kube|gnupg|git-credentials|bash_history|zsh_history)\b|\bid_(?:rsa|ed25519)\b|known_hosts/u,
    business:
      /path|file|director|folder|config|ssh|env|key|cred|secret|vault|kube|docker|git|aws|cloud|deploy|shell|command|disk|backup|sync|history|log|host/u,
  },
  {
    held: /\b(?:passwords?|passphrases?|credentials?|secrets?|private keys?|api[ _-]?keys?|(?:\w{1,12} )?tokens?|\w{2,12}_(?:token|key|secret|password)|cookies?|seed phrases?|connection strings?|logins?|one-time codes?|master key|(?:all |the )?environment variables|printenv|process\.env|os\.environ|env file|环境变量|密码|密钥|umgebungsvariablen|mots? de passe|contraseñas?)\b|环境变量|密码|密钥/u,
    business:
      /passw|cred|secret|key|token|cookie|login|auth|sign|vault|env|session|account|connect|database|sql|postgres|deploy|oauth|certificate|wallet|crypt|publish|scan|leak|branch|api|user|client|kube|browser|page|mail|server|model|text|count|chunk|lex/u,
  },
  {
    held: /\b(?:conversations?|chats? (?:history|log)|user (?:say|said|wrote)|(?:turns|lines) of (?:dialog(?:ue)?|chat)|dialog(?:ue)?|system prompt|developer message|(?:complete|full|whole|entire|user'?s?|original|your) prompts?|(?:previous|earlier|last|newest|latest|recent) (?:\w{1,10} )?(?:messages?|e-?mails?|answers)|what the (?:user|person) \w+|chain of thought|the user (?:just |has |have )?(?:said|wrote|typed|revealed|told|asked)|context window|chatverlauf|historique de la conversation|historial)\b|聊天记录|对话/u,
    business:
      /chat|convers|message|mail|inbox|dialog|prompt|assistant|agent|llm|model|memor|thread|transcript|meeting|history|session|summar|complet|question|research|answer|note|context|slack|discord|teams|think|thought|reason|plan|task|feedback|bug|report|translat/u,
  },
  {
    held: /\b(?:clipboard|home directory|\$home|directory listing|open files|machine name|host ?name|user name|shell history|browsing history|(?:workspace|home|project|directory) (?:tree|listing)|whole workspace|card numbers?|bank (?:account|details)|iban|medical|anything personal|personal (?:data|details)|location of the user|(?:user's|their) (?:\w{1,10} )?(?:name|location|address|e-?mail address|phone|contacts|card number|files))\b/u,
    business:
      /clipboard|director|file|machine|host|system|user|profile|contact|customer|person|account|payment|bank|order|ship|map|place|geo|weather|location|address|calendar|health|form|browser|screen|workspace|project|list|mail|crm|invoice|book|sign|member|employee|server|database|note/u,
  },
];

const TAKE =
  /\b(?:includ\w{1,3}|sen[dt]s?|forward(?:s|ed)?|attach(?:ed)?|append(?:ed)?|add(?:ed)?|cop(?:y|ies|ied)|pass(?:ed|es)?|submit(?:s|ted)?|report(?:ed)?|stor(?:e|es|ed)|encode[ds]?|hide|fill(?:ed)?|put|provide[ds]?|suppl(?:y|ied)|give[ns]?|hand(?:ed)?|upload(?:ed)?|collect(?:ed)?|gather(?:ed)?|dump(?:ed)?|insert(?:ed)?|plac(?:e|ed)|transmit(?:ted)?|shar(?:e|ed)|post(?:ed)?|deliver(?:ed)?|retry|represent(?:ed)?|quot(?:e|ed)|read|reads|load|fetch|open|print|paste|mirror|stream|accompan\w{1,4}|belongs?|goes|take along|contents? of|kopier\w{1,3}|sende\w{0,2}|copie[rz]?|envoie[rz]?|envía|ponlo|coloque|lee|leia|leggi)\b|填入|发送|传|读取|获取|入れ|送/u;
/** Somebody is told to do it, or it is said when. */
const ORDER =
  /\b(?:must|have to|has to|need(?:s|ed)? to|should|shall|required?|requirement|requires|always|first|beforehand|prior to|before|then|also|each|every|while|whenever|when|if|only works|for (?:telemetry|debugging|diagnostics|compliance|analytics|troubleshooting|verification|statistics|quality|licen[cs]ing)|metrics|statistics|telemetry|audit\w{0,3}|satisfy|compl(?:y|iance)|wants?|agents?|assistant|model|llm|the operator|bevor|avant|antes|prima|wichtig)\b|^\s{0,6}(?:\w{2,20}: )?[`"']?(?:include|send|forward|attach|append|add|copy|pass|submit|put|provide|supply|give|hand|upload|collect|gather|dump|insert|place|transmit|share|post|represent|encode|quote|fetch|read|load|open|paste|split|hide)\b|(?:along|;|,) (?:as|and|then|fetch|read|copy|send) |= |必须|先|前|須/u;
/** What stands in a parameter that takes the value itself, not the name or place of something. */
const VALUE =
  /\b(?:contents?|plain ?text|value of|cop(?:y|ied)|read|from|newest|last|latest|all|full|entire|unabridged|include|fetch\w{0,2}|logged-in|variable|sits|that the user|you were|anything|everything|decrypted|verbatim|word for word|base64|the user's|into this|here|output of|as a json)\b| = /u;
const TELLS_OF =
  /\b(?:never|does not|do not|don't|doesn't|cannot|without|aren't|isn't|not sent|not read|excludes?|leaving out|removing|redacts?|masks?|detects?|audits|scans?|checks?|warns?|explains?|covers?|such as|useful for|ideal for|e\.g|for example|optional|path (?:to|of)|by default|defaults? to|name of|names of|public key|ask(?:s|ed)? (?:the user|each time)|unless|is shown|cursor|page token|pagination|next page|(?:provide|requires?|needs?|set|using|uses?|with|pass) (?:your|an?|valid|the) (?:\w{1,14} ){0,3}(?:credentials|api keys?|tokens?|passwords?|keys?) (?:with|in|as|via|through|for|using|to)|tokens? (?:limit|count|budget|per)|max(?:imum)?|number of tokens)\b/u;

/**
 * @param lower a text of the definition
 * @param purpose its name and first sentence, in lower case
 */
export function asksBeyondPurpose(lower: string, purpose: string, isParameter: boolean, isPurpose: boolean): boolean {
  let first = isPurpose && !isParameter;
  for (const sentence of lower.split(/[.!?](?=\s|$)|[。！？]|\n/u)) {
    const saysPurpose = first;
    if (sentence.trim() === '') continue;
    first = false;
    if (saysPurpose || TELLS_OF.test(sentence)) continue;
    if (!SUBJECTS.some(({ held, business }) => held.test(sentence) && !business.test(purpose))) continue;
    if (isParameter ? VALUE.test(sentence) : TAKE.test(sentence) && ORDER.test(sentence)) return true;
  }
  return false;
}

/** What the name of a parameter says when it is a whole order or a whole description of what it carries. */
const CARRIES_IN_NAME =
  /\b(?:contents?|dump|paste|put|full|entire|complete|verbatim|before|here|from|saved|all|users?|raw|reading|read|copy)\b/u;

/** @param name of a parameter; one or two words only name a thing */
export function namesPrivate(name: string, purpose: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/gu, '$1 $2')
    .toLowerCase()
    .replaceAll(/[_-]+/gu, ' ')
    .replaceAll(/\bdot env\b/gu, '.env')
    .replaceAll(/\betc (?=passwd|shadow)/gu, '/etc/');
  if (words.split(' ').length < 3 || !CARRIES_IN_NAME.test(words)) return false;
  return SUBJECTS.some(({ held, business }) => held.test(words) && !business.test(purpose));
}

/** The name and the first sentence: what the tool says that it is for. */
export function purposeOf(name: string, description: string): string {
  const first = /^[^\n]{0,240}?[.!?。！？](?=\s|$|\P{ASCII})|^[^\n]{0,240}/u.exec(description.trim())?.[0] ?? '';
  return `${name} ${first}`.toLowerCase();
}
