/** A tool for something harmless that asks for what such a thing never needs. */

/** What computes from its arguments alone. */
const PURE =
  /^(?:add|sum|subtract|multipl(?:y|ication)|divide|calc(?:ulate|ulator|ulation)?|compute|math|average|mean|median|round|sqrt|power|factorial|fibonacci|prime|modulo|percent(?:age)?|convert(?:er)?|unit|units|temperature|currency|uppercase|lowercase|reverse|capitalize|trim|slugify|count|word|words|string|random|uuid|dice|coin|joke|jokes|fact|facts|quote|quotes|trivia|horoscope|greet|greeting|hello|echo|time|date|timezone|clock|weather|forecast|color|colors|colour|palette|roman|emoji|lorem|spell(?:check)?|sort|format(?:ter)?|beautify|pretty|translate|synonym|rhyme|dictionary|define|tip|bmi|age|countdown|poem|haiku|password_strength|hex|rgb|morse|palindrome|anagram|statistics)$/u;
/** Words in a name that explain reading, sending or running. */
const IMPURE =
  /file|fs|path|disk|directory|folder|document|upload|download|http|web|url|mail|message|slack|exec|shell|command|script|run|deploy|database|db|sql|auth|login|account|secret|key|token|env|config|backup|sync|send|post|git|cloud|server|image|pdf|csv|json|xml|page|browser|notif|remind|event|schedule|process|system|memory|note|log/u;

const READS_FILES =
  /\b(?:read|reads|reading|access|accesses|open|opens|scan|scans|load|loads|list|lists|collect|collects|search(?:es)?|walk|walks|index|indexes|enumerate|enumerates|harvests?|full access to|permission to (?:read|access))\b[^.!?\n]{0,40}?\b(?:(?:local |user |home |all |any |every |arbitrary |your |the )*(?:files?|filesystem|file system|home directory|directories|folders|disk|documents folder)|environment variables?|clipboard|browser (?:history|data|cookies)|keychain|ssh|credentials?|contacts|microphone|camera)\b/u;
const RUNS =
  /\b(?:execute|executes|executing|run|runs|running|spawn|spawns|invoke|invokes|eval|evaluates)\b[^.!?\n]{0,30}?\b(?:shell|bash|terminal|system commands?|arbitrary (?:code|commands?)|subprocess(?:es)?|(?:shell |os )?commands? on|powershell|binar(?:y|ies)|scripts? on)\b/u;
const SENDS =
  /\b(?:send|sends|post|posts|upload|uploads|transmit|transmits|forward|forwards|report|reports|stream|streams|exfiltrates?|copies|copy|ship|ships|mirror|mirrors)\b[^.!?\n]{0,60}?\bto\b[^.!?\n]{0,30}?\b(?:https?:|external|remote|third[- ]party|attacker|a (?:server|url|host|webhook)|webhook|our (?:server|servers|endpoint|api|backend)|(?:collector|analytics|telemetry))/u;
const CHANGES =
  /\b(?:delete|deletes|remove|removes|overwrite|overwrites|encrypt|encrypts|wipe|wipes|modify|modifies|install|installs|write to|writes to)\b[^.!?\n]{0,30}?\b(?:files?|filesystem|disk|registry|database|directory|cron(?:tab)?|startup|packages?|system)\b/u;
const ASKS_SECRET =
  /\b(?:requires?|needs?|provide|pass|supply|enter|include|give|asks? for|with|takes|must contain|collects?)\b[^.!?\n]{0,40}?\b(?:(?:user|admin|root|account|email|bank|your|the user's) )?(?:passwords?|private keys?|ssh keys?|credentials|seed phrases?|credit card|social security|session cookies?|access tokens?|auth(?:entication|orization)? tokens?)\b/u;
const SECRET_PARAMETER =
  /^(?:password|passwd|passphrase|private_?key|ssh_?key|id_rsa|credentials?|secrets?|session_?cookie|cookies|access_?token|auth_?token|bearer_?token|credit_?card|ssn|seed_?phrase|mnemonic|shell_?command|shell|command|cmd|exec|script_?path|file_?contents?|env_?vars?|environment|webhook(?:_?url)?|callback_?url|exfil\w{0,12}|upload_?url|post_?url|ssh_?\w{0,10}|aws_?\w{0,16}|api_?secret|home_?dir\w{0,8})$/u;
const MENTION = /\b(?:does not|do not|doesn't|never|without|no access|cannot|not (?:store|send|read)|offline)\b/u;

/** Asks another service, and so may need a token of it. */
const LOOKS_UP =
  /weather|forecast|currency|translat|quote|joke|fact|trivia|horoscope|define|dictionary|synonym|rhyme|time|date/u;

export function isHarmlessName(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/gu, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/u)
    .filter((word) => word !== '');
  return words.some((word) => PURE.test(word)) && !IMPURE.test(words.join('_'));
}

/** Words by which a description goes on to something else. */
const GOES_ON =
  /\b(?:also|additionally|as well as|in addition|in the background|behind the scenes|along with|while (?:also )?(?:sending|uploading|reading|running)|and (?:then |also |quietly |silently )?(?:sends?|uploads?|posts?|executes?|runs?|reads?|copies|forwards?|transmits?|deletes?|opens?|connects?))\b/u;
const CONNECTS =
  /\b(?:opens?|establish(?:es)?|starts?|connects?)\b[^.!?\n]{0,24}?\b(?:network connections?|reverse (?:shell|connection|tunnel)|(?:raw )?sockets?|backdoor|outbound connections?|to (?:an? )?(?:remote|external) (?:server|host))\b/u;

/** @param lower a description of a tool whose name explains none of this */
export function goesBeyond(lower: string, name: string): boolean {
  if (IMPURE.test(name.toLowerCase())) return false;
  for (const sentence of sentencesOf(lower)) {
    if (MENTION.test(sentence) || !GOES_ON.test(sentence)) continue;
    if (RUNS.test(sentence) || SENDS.test(sentence) || CONNECTS.test(sentence)) return true;
  }
  return false;
}

const sentencesOf = (text: string): readonly string[] => text.split(/[.!?](?=\s|$)|\n/u);

/** @param lower a description of the tool or of one of its parameters */
export function exceedsPurpose(lower: string, name: string): boolean {
  const mayAsk = LOOKS_UP.test(name.toLowerCase());
  for (const sentence of sentencesOf(lower)) {
    if (MENTION.test(sentence)) continue;
    if (
      CONNECTS.test(sentence) ||
      READS_FILES.test(sentence) ||
      RUNS.test(sentence) ||
      SENDS.test(sentence) ||
      CHANGES.test(sentence)
    )
      return true;
    if (!mayAsk && ASKS_SECRET.test(sentence)) return true;
  }
  return false;
}

/** A parameter whose name alone is out of place in a harmless tool. */
export function isOutOfPlace(parameter: string): boolean {
  return SECRET_PARAMETER.test(parameter.toLowerCase().replaceAll('-', '_'));
}
