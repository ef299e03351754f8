/** The message above the cards: one, and only as long as it is true. */

import type { ServerFrame } from '../frames';
import { time } from './time';

/** What has been read by then goes. */
const READ_MS = 10_000;

export interface Notice {
  kind: '' | 'problem';
  text: string;
  /** The first word of a problem's code. */
  about: string;
  since: number;
  /** A problem stays until something has changed since. */
  over: boolean;
}

export const noticeOf = (kind: Notice['kind'], text: string, about: string): Notice => ({ kind, text, about, since: time(), over: kind === '' });

/** The parts of the page that a frame says anew. */
const changes: Readonly<Partial<Record<ServerFrame['type'], string>>> = {
  state: 'state',
  call: 'call data',
  callEnd: 'call data',
  chat: 'chat',
  chatGone: 'chat',
  previewOffer: 'preview',
  previewEnd: 'preview',
};

/** After a frame: a problem with what has changed since may be true no longer. */
export function outlived(notice: Notice | null, frame: ServerFrame): Notice | null {
  const changed = (changes[frame.type] ?? '').split(' ');
  // eslint-disable-next-line @typescript-eslint/prefer-includes -- Internet Explorer has no includes
  if (notice === null || notice.over || changed.indexOf(notice.about) < 0) return notice;
  return { ...notice, over: true, since: time() };
}

export const isRead = (notice: Notice | null): boolean => notice?.over === true && time() - notice.since > READ_MS;
