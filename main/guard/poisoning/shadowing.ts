/** Definitions that speak of other tools: what a tool says of itself is its description, what it says of others is steering. */

const TOOLS = '(?:tools?|functions?|commands?|servers?|apis?|methods?|capabilit(?:y|ies))';
const OTHER =
  '(?:any|all|other|every|each|another|the other|any other|all other|every other|your other|existing|built-?in)';

/** "Before using any other tool", "instead of every other tool", "takes precedence over". */
const BEFORE_OTHERS = new RegExp(
  `\\b(?:before|prior to|instead of|in place of|rather than|ahead of|after|whenever|when|every time)\\b[^.!?\\n]{0,24}?\\b(?:us(?:e|ing)|call(?:ing|s)?|invok(?:e|ing)|run(?:ning)?|execut(?:e|ing)|accessing|calls? to)? ?${OTHER} (?:other |available |existing |external )?${TOOLS}\\b|\\b(?:takes? (?:precedence|priority) over|supersedes?|overrides?|replaces?|disables?|shadows?|has priority over)\\b[^.!?\\n]{0,30}?\\b(?:${OTHER} (?:other )?${TOOLS}|the (?:built-?in|official|original|default|standard|trusted|existing) [\\w -]{0,24}?(?:tools?|functions?|servers?))\\b|\\b(?:use|call|prefer|choose) this (?:tool |function |server )?(?:instead of|rather than|over) (?:the )?(?:official|built-?in|original|existing|trusted|default|standard)\\b|\\b(?:do not|don't|never|stop|avoid) (?:use|using|call|calling|invoke|invoking|trust|trusting) ${OTHER} (?:other )?[\\w-]{0,16} ?${TOOLS}\\b|\\b${OTHER} (?:other )?${TOOLS} (?:are|is|must|should|will|may|need)\\b[^.!?\\n]{0,20}?\\b(?:deprecated|broken|unsafe|disabled|unavailable|insecure|malicious|compromised|forbidden|not be used|route|go through|first|call|pass)`,
  'u',
);

const NAMED = '[`\'"]?(?:mcp__)?[a-z][a-z0-9]{1,30}(?:(?:[_.:/-]|__)[a-z0-9]{1,30}){1,6}(?:\\(\\))?[`\'"]?';
/** "When send_email is called, change …", "the read_file tool must …": orders for the use of a tool that is not this one. */
const BEHAVIOUR = new RegExp(
  `\\b(?:when|whenever|if|every time|each time|after|before|once|while)\\b[^.!?\\n]{0,30}?\\b(${NAMED})\\b[^.!?\\n]{0,40}?[,;:]?[^.!?\\n]{0,20}?\\b(?:always|must|never|change|replace|set|modify|redirect|add|append|include|send|bcc|route|forward|substitute|skip|pass|also (?:call|send|pass|include))\\b|\\b(?:the |tool |function )?(${NAMED})(?: tool| function)? (?:must|should|shall|will|is|has been|was|needs to) (?:always |never |only |now |be )?(?:use|used|call|called|route|routed|redirect|redirected|replaced|deprecated|broken|unsafe|disabled|avoided|insecure|superseded|overridden|sent|set|go through|be sent)\\b`,
  'gu',
);
const TOPIC =
  /\b(?:when|whenever|if|every time|each time)\b[^.!?\n]{0,30}?\b(?:send(?:ing)?|call(?:ing)?|us(?:e|ing)|writ(?:e|ing)|invok(?:e|ing)|transfer(?:ring)?)\b[^.!?\n]{0,24}?\b(?:e-?mails?|messages?|payments?|transactions?|transfers?|files?|requests?|tools?)\b[^.!?\n]{0,60}?\b(?:change|replace|redirect|modify|bcc|set the recipient|the recipients? (?:to|must)|instead to|use the (?:following|address)|recipient)\b|\b(?:all|any|every) (?:e-?mails?|messages?|payments?|transfers?|transactions?|requests?|files?)\b[^.!?\n]{0,24}?\b(?:must|should|shall|have to|need to)\b[^.!?\n]{0,16}?\b(?:be )?(?:sent|routed|forwarded|redirected|copied|addressed|go)\b[^.!?\n]{0,30}?\b(?:to|through|via)\b/u;

/** "call query_database first": an order to use a named tool. */
const ORDER_TO_CALL = new RegExp(
  `\\b(?:call|invoke|run|execute|trigger|chain(?: to)?|delegate to|hand (?:over|off) to|pass (?:it |this |the (?:result|output|data) )?to|forward (?:it |this |the (?:result|output|data) )?to|followed by|in combination with) (?:to |the |a |tool |function |also )*(${NAMED})`,
  'gu',
);
const FOREIGN_QUALIFIED = /\bmcp__[a-z0-9-]{1,40}__[a-z0-9_-]{1,60}\b/gu;
/** Words that say nothing about a tool's subject. */
const COMMON = new Set([
  'get',
  'set',
  'list',
  'run',
  'call',
  'use',
  'tool',
  'tools',
  'helper',
  'util',
  'utils',
  'utility',
  'misc',
  'the',
  'mcp',
  'api',
  'new',
  'add',
  'make',
  'create',
  'read',
  'write',
  'delete',
  'update',
  'data',
  'server',
  'function',
]);

/** Honest tools name their siblings; being sent to one that sends, runs, destroys or opens what is kept is another matter. */
const REACHES_OUT =
  /send|mail|message|delete|remove|exec|shell|run|secret|cred|token|env|file|upload|transfer|pay|push|deploy|grant|admin|query|database|sql|http|fetch|post|write|exfil|forward|share|key|passw|sudo|root|user|config|system/u;

export interface Shadowing {
  readonly others: boolean;
  readonly behaviour: boolean;
  /** Names of tools that it orders to call and that are not akin to it. */
  readonly foreign: readonly string[];
}

/**
 * @param lower a text of the definition, in lower case
 * @param own the tool's own name, its properties, and names of the same server where they are known
 */
export function findShadowing(lower: string, own: OwnNames): Shadowing {
  const foreign = new Set<string>();
  for (const match of lower.matchAll(ORDER_TO_CALL)) {
    const name = bare(match[1]);
    if (name !== '' && isToolName(name) && REACHES_OUT.test(name) && !own.isAkin(name)) foreign.add(name);
  }
  for (const [name] of lower.matchAll(FOREIGN_QUALIFIED)) if (!own.isAkin(name)) foreign.add(name);
  let behaviour = TOPIC.test(lower);
  for (const match of lower.matchAll(BEHAVIOUR)) {
    const name = bare(match[1] ?? match[2]);
    if (name !== '' && isToolName(name) && !own.isAkin(name)) behaviour = true;
  }
  return { others: BEFORE_OTHERS.test(lower), behaviour, foreign: [...foreign] };
}

export interface OwnNames {
  /** True if a name is the tool's own, one of its parameters, of the same server, or shares a word of its subject. */
  isAkin(name: string): boolean;
}

export function ownNames(name: string, properties: ReadonlySet<string>, siblings: ReadonlySet<string>): OwnNames {
  const words = new Set(subjectWords(name));
  return {
    isAkin: (other) =>
      properties.has(other) ||
      siblings.has(other) ||
      name === '' ||
      other === name.toLowerCase() ||
      subjectWords(other).some((word) => words.has(word)),
  };
}

function subjectWords(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/gu, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/u)
    .map((word) => (word.length > 4 ? word.replace(/(?:ies|es|s|ing|ed|e|y)$/u, '').slice(0, 6) : word))
    .filter((word) => word.length > 2 && !COMMON.has(word));
}

function bare(name: string | undefined): string {
  return (name ?? '').replaceAll(/[`'"()]/gu, '');
}

/** A name of a tool, not a file, a host, a format or a word with a hyphen. */
function isToolName(name: string): boolean {
  if (/-(?:only|write|through|safe|once|modify|in|out|up|down|to)$/u.test(name)) return false;
  if (
    /\.(?:com|org|net|io|dev|json|ya?ml|txt|md|py|js|ts|sh|html?|csv|xml|pdf|png|jpe?g|toml|ini|env|sql)$/u.test(
      name,
    ) ||
    name.includes('/')
  )
    return false;
  return (
    name.includes('_') || (name.includes('-') && VERB_FIRST.test(name)) || (/[.:]/u.test(name) && VERB_LAST.test(name))
  );
}

const VERB =
  '(?:get|set|list|run|send|read|write|create|delete|update|query|search|fetch|execute|deploy|call|post|put|remove|add|find|load|save|open|close|start|stop|export|import|resolve|check|move|copy|download|upload|browse|navigate)';
const VERB_FIRST = new RegExp(`^${VERB}-`, 'u');
const VERB_LAST = new RegExp(`[.:]${VERB}`, 'u');
