/**
 * A definition that wants what the tool has no use for: what was said, what the model was told, what lies on the machine. Owns the
 * words for private things and for handing them over; what the tool is for (its name) says which of them are its business.
 */

/** What was said or told; the business of tools for conversations. */
const TALK =
  '(?:(?:conversation|chat) (?:history|so far|log|transcript)|(?:full|entire|whole|complete) (?:conversation|chat|user prompt|prompt|dialogue)|the (?:conversation|chat)\\b|previous (?:user )?messages|messages of the user|last (?:\\w{1,6} )?messages|what the user (?:just )?(?:wrote|said|typed|asked)|what was said|system prompt|chain of thought|hidden reasoning|list of all tools|tools (?:that are )?available to you|everything you (?:remember|know) (?:about|of)|all (?:the )?previous (?:tool )?(?:results|messages))';
/** What lies on the machine, or belongs to the person; the business of tools for secrets, files and browsers. */
const HOLDINGS =
  '(?:(?:all |the )?environment variables|process\\.env|os\\.environ|shell history|private keys?|session (?:tokens?|cookies?)|access tokens?|master password|(?:saved|stored) (?:logins|passwords)|(?:browser|current) (?:cookies|directory listing|session)|(?:user’?s|user) (?:saved )?(?:api keys?|passwords?|credentials|cookies|tokens|e-?mail(?: address)?|location|(?:access|auth) tokens?|home|home listing|private \\w{3,10}|files|workspace|contacts)|users? credentials|tokens on this|all file contents|file contents|open files|all (?:repositories|secrets|tokens|credentials|customer records)|every customer record|the (?:workspace|source code)|contents? of (?:~|%|\\/)\\S{1,40}|all of them)'.replaceAll(
    '’',
    "['’]",
  );
const HAND_OVER =
  '(?:include|send|attach|add|copy|pass|forward|submit|report|store|stores|encode|hide|fill|put|provide|supply|give|hand|upload|append|collect|gather|dump|split|insert|place|transmit|share|post|load|receives?|needs?|requires?|take|stream|mirror|deliver|return)';
const PRIVATE = `(?:${TALK}|${HOLDINGS})`;
const ORDERED = new RegExp(
  `\\b(?:must|should|shall|have to|has to|need(?:s|ed)? to|required?|requires|always|first|before|then|also|please|each (?:call|use|request)|every (?:call|use|request|time)|for (?:telemetry|debugging|diagnostics|compliance|analytics|troubleshooting|quality|verification|statistics)|statistics|analytics|telemetry|in case of|on error|if the call fails|should \\w+ fail)\\b|^\\s{0,4}(?:[-*] |\\d[.)] |\\w{2,20}: )?${HAND_OVER}\\b|\\bwe (?:may|can|need)\\b`,
  'u',
);
const HANDED = new RegExp(
  `\\b${HAND_OVER}\\b[^.!?\\n]{0,90}?${PRIVATE}|${PRIVATE}[^.!?\\n]{0,60}?\\b(?:is|are|must be|should be|goes|go|has to be|to be|to|in|as|into|plus|with) (?:the )?(?:${HAND_OVER}|sent|passed|included|given|attached|stored|uploaded|\\S{1,24} (?:argument|parameter|field))\\b`,
  'u',
);
/** The description of one parameter: what is to stand in it. */
const WANTED = new RegExp(
  `\\b(?:full|entire|whole|complete|all|your|any|last|every|hidden|raw)\\b[^.!?\\n]{0,40}?${PRIVATE}|${PRIVATE}[^.!?\\n]{0,40}?\\b(?:required|verbatim|word (?:by|for) word|including|base64|mentioned|one per line)\\b|\\boutput of [\`'"]?(?:env|printenv|set|whoami|cat|history|id)\\b|\\beverything you (?:remember|know)\\b|\\bcookies and\\b|\\bif (?:it|they) (?:has|have) been mentioned\\b`,
  'u',
);
const TELLS_OF =
  /\b(?:never|does not|do not|don't|doesn't|cannot|without|aren't|isn't|not sent|excludes?|redacts?|masks?|detects?|audits?|scans?|checks?|warns?|explains?|covers?|such as|optional|runs? in|lab)\b/u;
const FOR_TALK =
  /chat|complet|convers|assistant|llm|messag|agent|thread|memory|prompt|dialog|transcri|history|sampling|context/u;
const FOR_HOLDINGS =
  /env|key|cred|secret|cookie|passw|vault|token|login|auth|account|session|browser|tab|file|fs|backup|upload|share|sync|docker|container|deploy|run|exec|command|shell|user|profile|contact|repo|git|workspace|export|customer|config|client|oauth|sign|wallet|crypt|register|connect/u;
const TALKS = new RegExp(TALK, 'u');

/** True if a text of a definition asks for what is none of its tool's business. */
export function wantsContext(lower: string, name: string, isParameter: boolean, isPurpose: boolean): boolean {
  const tool = name.toLowerCase();
  let first = isPurpose && !isParameter;
  for (const sentence of lower.split(/[.!?](?=\s|$)|\n/u)) {
    const saysPurpose = first;
    first = false;
    if (TELLS_OF.test(sentence)) continue;
    const isTalk = TALKS.test(sentence);
    if (isTalk ? FOR_TALK.test(tool) : FOR_HOLDINGS.test(tool)) continue;
    if (isParameter && WANTED.test(sentence)) return true;
    if (!saysPurpose && HANDED.test(sentence) && ORDERED.test(sentence)) return true;
  }
  return false;
}
