/** What a screen reader is told of chats: that one is there, each line of others, what was not sent, and the end. */

import { effect, untracked } from '@preact/signals';
import { say } from '../announcements';
import { first } from '../letters';
import { snapshot } from '../store';
import { t } from '../text/language';
import { isOpen, partyOf } from './chats';
import type { Chat } from './frames';
import { transcripts } from './kept';
import { overs } from './over';
import { chats } from './shown';
import { keyOf } from './transcript';

/** Letters of a line that are said; the rest is read. */
const MOST_SAID = 300;

/** What was said of a chat already. */
interface Said {
  /** Lines up to here. */
  readonly revision: number;
  readonly open: boolean;
  /** Ids of the worker's lines that were refused. */
  readonly refused: readonly string[];
}

/** What is there when the page comes is read; what comes later is said, each once. */
export function startSayingChats(): void {
  let said: ReadonlyMap<string, Said> | null = null;
  effect(() => {
    const there = snapshot.value !== null;
    const all = chats.value;
    const have = transcripts.value;
    untracked(() => {
      const next = new Map<string, Said>();
      for (const chat of all) {
        const before = said?.get(keyOf(chat));
        if (before === undefined && isOpen(chat)) say(t('said-chat', { party: partyOf(chat) }));
        const revision = have.get(keyOf(chat))?.revision ?? 0;
        const after = { open: isOpen(chat), refused: chat.outbox.filter(({ refused }) => refused).map(({ id }) => id) };
        // A chat that comes later is all news.
        const from = before ?? (said === null ? { ...after, revision: Math.max(revision, chat.revision) } : { open: true, refused: [], revision: 0 });
        tell(chat, from);
        next.set(keyOf(chat), { ...after, revision: Math.max(from.revision, revision) });
      }
      said = there ? next : null;
    });
  });
}

function tell(chat: Chat, before: Said): void {
  const fresh = (transcripts.value.get(keyOf(chat))?.entries ?? []).filter((entry) => entry.revision > before.revision && !entry.own && entry.kind === 'line');
  for (const { party, text } of fresh) say(t('said-chatLine', { party, text: first(text, MOST_SAID) }));
  for (const { id, refused, words } of chat.outbox) {
    if (refused && !before.refused.includes(id)) say(`${t('chat-refused')} ${words}`);
  }
  if (before.open && chat.state !== 'open' && chat.state !== 'closing') say(`${t('said-chat', { party: partyOf(chat) })}: ${t(overs[chat.state])}`);
}
