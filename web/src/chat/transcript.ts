/** What this page has of a chat. Pure. */

import { whole } from '../letters';
import type { Chat, ChatEntries, ChatEntry } from './frames';

export interface Transcript {
  /** When the chat began: another time is another transcript. */
  readonly since: number;
  /** The page has everything up to here. */
  readonly revision: number;
  /** In the order of the chat. */
  readonly entries: readonly ChatEntry[];
}

type Key = Pick<Chat, 'connId' | 'dn'>;

export const keyOf = ({ connId, dn }: Key): string => `${connId}/${dn}`;

export const empty = (since: number): Transcript => ({ since, revision: 0, entries: [] });

/** With what the host has sent. What does not continue what is there is asked for again. */
export function joined(have: Transcript | undefined, frame: ChatEntries): Transcript {
  const before = have?.since === frame.since ? have : empty(frame.since);
  if (frame.after > before.revision || frame.upTo <= before.revision) return before;
  const fresh = frame.entries.filter(({ revision }) => revision > before.revision);
  const last = before.entries[before.entries.length - 1];
  const entries = [...before.entries, ...fresh];
  // Mostly the news are the newest.
  if (fresh.some((entry) => last !== undefined && order(last, entry) > 0)) entries.sort(order);
  return { ...before, revision: frame.upTo, entries };
}

const order = (one: ChatEntry, other: ChatEntry): number => one.order - other.order || one.revision - other.revision;

/** Without what no line can hold. */
export const clean = (text: string): string => whole(text).replace(/\r\n?/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '').trim();

/** So many of the oldest entries have left the host: they leave the page too. */
export function shortened(have: Transcript, { dropped, revision }: Pick<Chat, 'dropped' | 'revision'>): Transcript {
  const most = Math.max(0, revision - dropped);
  return have.entries.length <= most ? have : { ...have, entries: have.entries.slice(have.entries.length - most) };
}

/** The revision after which the host is to send more; none: nothing is lacking. */
export function lacking(have: Transcript | undefined, chat: Pick<Chat, 'since' | 'revision'>): number | undefined {
  const revision = have?.since === chat.since ? have.revision : 0;
  return revision < chat.revision ? revision : undefined;
}
