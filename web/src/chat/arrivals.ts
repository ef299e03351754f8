/** Chats that are new, or have new lines, while the worker does not look at them: what is told of aloud. */

import { effect, signal, untracked } from '@preact/signals';
import { serverNow } from '../clock';
import { accepted, snapshot } from '../store';
import type { Chat } from './frames';
import { isLookedAt, isUndecided } from './looked-at';
import { keyOf } from './transcript';

/** When the last of it came, by chat, in the host's time. */
export const arrivals = signal<ReadonlyMap<string, number>>(new Map());

export function startArrivals(): void {
  /** Unread lines of each chat before; null: this page has just begun, and what it finds unread is news to it. */
  let before: ReadonlyMap<string, number> | null = null;
  effect(() => {
    const all = snapshot.value?.chats;
    if (all === undefined) {
      before = null;
      arrivals.value = new Map();
      return;
    }
    const known = arrivals.peek();
    const at = untracked(serverNow);
    const next = new Map<string, number>();
    for (const chat of all) {
      const key = keyOf(chat);
      if (isLookedAt(key) || isUndecided(key)) continue;
      const isNew = before !== null && !before.has(key) && !accepted.peek().has(chat.connId);
      const fresh = isNew || chat.unread > (before?.get(key) ?? 0);
      const waits = known.has(key) && (chat.unread > 0 || before?.get(key) === 0);
      if (fresh || waits) next.set(key, fresh ? at : (known.get(key) ?? at));
    }
    arrivals.value = next;
    before = new Map(all.flatMap((chat) => noted(chat, before)));
  });
}

/** What is known of a chat from now on: nothing new of one that may be before the worker's eyes or not. */
function noted(chat: Chat, before: ReadonlyMap<string, number> | null): [string, number][] {
  const key = keyOf(chat);
  if (!isUndecided(key)) return [[key, chat.unread]];
  const was = before === null ? 0 : before.get(key);
  return was === undefined ? [] : [[key, was]];
}
