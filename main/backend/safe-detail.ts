/**
 * What a tenant says about a refusal, fit for a person's eyes: one line, short, nothing unseen in it, no live secret.
 * FastAPI gives a text, or a list of what did not fit.
 */
import { isJsonObject } from '../../preload/contract/json.ts';
import { displayText } from '../connectors/display.ts';

const MAX_CHARACTERS = 300;
const MAX_ITEMS = 5;

function raw(detail: unknown): string {
  if (typeof detail === 'string') return detail;
  if (Array.isArray(detail)) return detail.slice(0, MAX_ITEMS).map(item).filter(Boolean).join('; ');
  return isJsonObject(detail) ? item(detail) : '';
}

function item(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!isJsonObject(value)) return '';
  const text = value['msg'] ?? value['message'];
  return typeof text === 'string' ? text : '';
}

/** @param redact takes live secrets out; before anything is cut, or half of one would be left. */
export function safeDetail(detail: unknown, redact: (text: string) => string): string {
  const line = redact(raw(detail)).replace(/\s+/gu, ' ').trim();
  const shown = displayText(line);
  return shown.length > MAX_CHARACTERS ? `${shown.slice(0, MAX_CHARACTERS - 1).toWellFormed()}…` : shown;
}
