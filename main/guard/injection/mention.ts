/**
 * Tells speaking about a phrase from using it: "detects 'ignore previous instructions'" is what a guard says of itself. In a
 * definition the words before the phrase in the same sentence say so, or, where it is quoted, the words after it. In a result only a
 * quotation in talk about attacks counts. An order that leads up to the phrase ("then", "you must") is never talk.
 */
import type { ScanKind } from '../../../preload/contract/index.ts';

const REACH = 200;
/** What a guard, a test or a lesson does with such a phrase. */
const TREATS =
  /\b(?:detect(?:s|ing|ion|or)?|audit(?:s|ing)?|covers?|scan(?:s|ning|ner)?|check(?:s|ing|er)?|flag(?:s|ging)?|block(?:s|ing)?|prevent(?:s|ing)?|identif(?:y|ies|ying)|catch(?:es|ing)?|guard(?:s|ing|rails?)?|stops?|strips?|spots?|recogni[sz]es?|defends?|protects?|mitigat\w{2,5}|reject(?:s|ing)?|refus(?:es|ing|al)|sanitiz\w{1,4}|filters?|warns?|alerts?|matches|matching|explain(?:s|ing|ed)?|describ(?:es|ing)|document(?:s|ing|ation)|demonstrat\w{1,5}|illustrat\w{1,5}|classif\w{1,5}|evaluat\w{1,4}|measur\w{1,4}|scor(?:es|ing)|rat(?:es|ing)|label(?:s|ing)?|analy[sz]\w{1,3}|tests?|testing|simulat\w{1,4}|teach(?:es|ing)?|discuss(?:es|ing)?|quot(?:es|ing)|such as|like|e\.g|for (?:example|instance)|whether|tr(?:y|ies|ying) to|attempt(?:s|ing)? to|ask(?:s|ing)? (?:the|an?)|looks? for|search(?:es)? for|phrases?|prompt injections?|jailbreaks?|red[ -]team(?:s|ing)?|benchmarks?|datasets?|training (?:text|data|examples?)|examples? (?:of|prompts?|texts?|attacks?)|sample (?:texts?|of|prompts?|attacks?)|lessons?|tutorials?|glossary|articles?|unlike|never|does not|cannot)\b/u;
/** What says that a text is handed over as a text. */
const HANDS_OVER =
  /\b(?:returns?|returning|lists?|stores?|generates?|produces?|shows?|includes?|contains?|containing|holds?|provides?|renders?|prints?|yields?|covers?|reports?|counts?|logs?|adds?)\b[^.!?\n]{0,60}?\b(?:texts?|strings?|phrases?|examples?|samples?|prompts?|messages?|quotes?|documentation|articles?|entries|corpus|data|literals?|patterns?|payloads?|attempts?|wording|titled|called|named)\b/u;
const TALKS_AFTER =
  /\b(?:attacks?|injections?|jailbreaks?|phrases?|patterns?|attempts?|examples?|payloads?|detected|flagged|blocked|refused|rejected|style|strings?|wording|classifier|prompts?)\b/u;
const ATTACK =
  /\b(?:prompt injections?|jailbreak(?:s|ing)?|adversarial|injection attacks?|attackers?|(?:in|of) (?:the|an|this) attack|tool poisoning|owasp|phishing|(?:markdown |data )?exfiltration|malicious (?:prompts?|instructions?|text)|red[ -]team(?:s|ing)?|security researchers?|attack (?:strings?|prompts?|phrases?|examples?))\b/u;
/** What a filter or a journal says that it met. */
const FOUND_PHRASE =
  /\b(?:contain(?:s|ed|ing)|match(?:es|ed|ing)|detect(?:s|ed|ing)|flag(?:s|ged|ging)|block(?:s|ed|ing)|found)\b[^.!?\n]{0,40}?\b(?:phrases?|words?|strings?|texts?|patterns?|keywords?)\s?:?\s?["'“‘(`]?$/u;
/** A test that hands the phrase to what is tested. */
const ASSERTS =
  /\b(?:expect|assert\w{0,12}|scan|detect|classify|test|it|describe|check|is_?\w{0,12}injection\w{0,8})\s?\([^\n]{0,60}$/u;
const CLOSES_LATER = /^[^\n]{0,160}?["”»]/u;
const LEADS_UP = /\b(?:then|must|now|also|please|should|shall|instead|always|important|first|to you)[\s:,!-]{0,4}$/u;
/** What makes a quotation an order all the same. */
const URGES =
  /\b(?:must|follow|obey|comply|apply|important|instructions?|you|your|first|always|before|after|assistant|model|agent|ai|note|system|execute|perform|act|carry out|mandatory|note|now|do)\b/u;
/** "Example: …", "the phrase …", "Expected output: …". */
const NAMES =
  /\b(?:examples?|samples?|illustrations?|e\.g\.?|titled|called|named|the (?:phrase|string|text|words?|sentence)|(?:sample|expected|mock(?:ed)?|canned|dummy|fake|fixture|test|placeholder|stub(?:bed)?|golden|illustrative|demo|simulated|example|recorded|reference) (?:responses?|outputs?|repl(?:y|ies)|results?|texts?|inputs?|messages?|strings?|prompts?|contents?|values?|payloads?|data|answers?|completions?|lines?))\s?:?\s?["'“‘(`]?$/u;
const OPENS = /["'“‘«„`(]\s?$/u;
const CLOSES = /^[^"'”’»`)]{0,80}["'”’»`)]/u;

/** @param lower text in lower case */
export function isMention(kind: ScanKind, lower: string, start: number, end: number): boolean {
  const before = sentenceBefore(lower, start);
  if (LEADS_UP.test(before)) return false;
  const isQuoted = OPENS.test(before) && CLOSES.test(lower.slice(end, end + 100));
  if (kind !== 'tool-definition') return isReported(lower, before, end, isQuoted);
  if (NAMES.test(before)) return true;
  if (isQuoted && !URGES.test(before) && before.trim().length >= 8) return true;
  if (isQuoted && TALKS_AFTER.test(sentenceAfter(lower, end))) return true;
  return before.trim().length >= 8 && (TREATS.test(before) || HANDS_OVER.test(before));
}

/** In a result: quoted in talk about attacks, between quotation marks that a sentence about attacks opened, or named as what was found. */
function isReported(lower: string, before: string, end: number, isQuoted: boolean): boolean {
  if (FOUND_PHRASE.test(before) || (isQuoted && ASSERTS.test(before))) return true;
  if (isQuoted && (ATTACK.test(before) || ATTACK.test(sentenceAfter(lower, end)))) return true;
  const opened = before.search(/["“«]/u);
  if (opened === -1 || !CLOSES_LATER.test(lower.slice(end, end + REACH))) return false;
  return (before.match(/["“”«»]/gu) ?? []).length % 2 === 1 && ATTACK.test(before.slice(0, opened));
}

function sentenceBefore(lower: string, start: number): string {
  const before = lower.slice(Math.max(0, start - REACH), start);
  let from = 0;
  for (const match of before.matchAll(/[.!?;]\s|\n/gu)) from = match.index + 1;
  return before.slice(from);
}

function sentenceAfter(lower: string, end: number): string {
  const after = lower.slice(end, end + REACH);
  const stop = after.search(/[.!?;]\s|\n/u);
  return stop === -1 ? after : after.slice(0, stop);
}
