/** What is told of pins by itself, without anybody asking: to the journal, and to every open interface. */
import type { PinKind } from '../../../preload/contract/index.ts';
import { displayText } from '../display.ts';

export type PinNotice =
  | { readonly kind: 'changed'; readonly connector: string; readonly item: PinKind; readonly names: readonly string[] }
  | {
      readonly kind: 'new';
      readonly connector: string;
      readonly item: PinKind;
      readonly names: readonly string[];
      /** A person is asked first. */
      readonly isHeld: boolean;
    }
  /** Too large, or too many, to be pinned: held back. */
  | { readonly kind: 'unkept'; readonly connector: string; readonly item: PinKind; readonly count: number }
  | {
      readonly kind: 'update';
      readonly connector: string;
      readonly package: string;
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: 'identity'; readonly connector: string }
  | { readonly kind: 'damaged' | 'unwritten'; readonly connector: string; readonly reason: string };

export type NoticeDetail = Readonly<Record<string, string | number | boolean>>;

const MAX_NAMES = 10;
const MAX_NAME = 64;

function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map((name) => cut(displayText(name)));
  const more = names.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function cut(text: string): string {
  return text.length > MAX_NAME ? `${text.slice(0, MAX_NAME - 1)}…` : text;
}

/** For the record `pin_drift`: small, flat, and made safe to show. */
export function noticeDetail(notice: PinNotice): NoticeDetail {
  const { kind } = notice;
  switch (notice.kind) {
    case 'changed':
      return { kind, item: notice.item, count: notice.names.length, names: namesOf(notice.names) };
    case 'new':
      return {
        kind,
        item: notice.item,
        count: notice.names.length,
        names: namesOf(notice.names),
        held: notice.isHeld,
      };
    case 'unkept':
      return { kind, item: notice.item, count: notice.count };
    case 'update':
      return { kind, package: cut(notice.package), from: cut(notice.from), to: cut(notice.to) };
    case 'identity':
      return { kind };
    case 'damaged':
    case 'unwritten':
      return { kind, reason: notice.reason.slice(0, 200) };
  }
}

const NOUN: Readonly<Record<PinKind, string>> = {
  tool: 'tools',
  prompt: 'prompts',
  resource_template: 'resource templates',
  instructions: 'instructions',
  identity: 'identity',
};

/** One sentence or two, for a person. */
export function noticeText(notice: PinNotice): string {
  const { connector } = notice;
  switch (notice.kind) {
    case 'changed':
      return notice.item === 'instructions'
        ? `The instructions of "${connector}" are not what was agreed to: they are left out. See "runlayer pins diff ${connector}".`
        : `${notice.names.length} ${NOUN[notice.item]} of "${connector}" are not what was agreed to, and held back. See "runlayer pins diff ${connector}".`;
    case 'new':
      return notice.isHeld
        ? `"${connector}" offers something new, which waits for your yes. See "runlayer pins list ${connector}".`
        : `"${connector}" offers ${notice.names.length} new ${NOUN[notice.item]}. See "runlayer pins list ${connector}".`;
    case 'unkept':
      return `"${connector}" offers more than can be pinned: ${notice.count} ${NOUN[notice.item]} are held back.`;
    case 'update':
      return `"${connector}" was updated: ${displayText(notice.package)} ${displayText(notice.from)} → ${displayText(notice.to)}, with nothing changed in what it offers.`;
    case 'identity':
      return `"${connector}" is not the program or package that was agreed to, and held back. See "runlayer pins diff ${connector}".`;
    case 'damaged':
      return `What was agreed to of "${connector}" cannot be told: ${notice.reason}. It is held back until "runlayer pins reset ${connector}".`;
    case 'unwritten':
      return `The pins of "${connector}" cannot be written: what is seen for the first time is held back.`;
  }
}
