/** Chats on this page: what the worker does in them, and what the host is told of what they saw. */

import { computed, effect, untracked } from '@preact/signals';
import { send } from '../connection';
import type { Snapshot } from '../frames';
import { request } from '../requested';
import { live, snapshot } from '../store';
import { t } from '../text/language';
import { startArrivals } from './arrivals';
import type { Chat, ChatDeed } from './frames';
import { doubtTaken, draft, leaves, takeBack, transcripts, unshown, type Outgoing } from './kept';
import { looksAt, watchChats } from './looked-at';
import { chats, shown } from './shown';
import { clean, keyOf, lacking } from './transcript';

/** Others need not know more often that the worker is writing. */
const TYPING_MS = 3_000;
/** Between two requests for what this page lacks. */
const PACE_MS = 60;
/** Between two words of what the worker has seen. */
const SEEN_MS = 400;

export const isOpen = ({ state }: Chat): boolean => state === 'open' || state === 'closing';

/** Bytes of a line as it is sent. */
export const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
export const longest = computed(() => snapshot.value?.longestLine ?? 0);

const act = ({ connId, dn }: Chat, deed: ChatDeed): boolean => send({ type: 'chat', connId, dn, deed });

/** Sends a line. It stays on the page until the host has shown it. False: there is nothing to send, or too much. */
export function write(chat: Chat, text: string): boolean {
  const line = { id: crypto.getRandomValues(new Uint32Array(3)).join('-'), text: clean(text), taken: false, refused: false };
  if (line.text === '' || bytesOf(line.text) > longest.value || !live.value) return false;
  leaves(chat, line);
  act(chat, { kind: 'write', id: line.id, text: line.text });
  draft(chat, '');
  return true;
}

/** Sends a line once more, by the same number. */
export function writeAgain(chat: Chat, { id, text }: Pick<Outgoing, 'id' | 'text'>): void {
  if (!chat.outbox.some((own) => own.id === id)) leaves(chat, { id, text, taken: false, refused: false });
  act(chat, { kind: 'write', id, text });
}

export function drop(chat: Chat, id: string): void {
  takeBack(keyOf(chat), id);
  act(chat, { kind: 'drop', id });
}

export function leave(chat: Chat): void {
  const text = t(isOpen(chat) ? 'chat-leave' : 'chat-done');
  if (act(chat, { kind: 'leave' })) request('chat', text, ({ chats }) => of(chats, chat)?.state !== chat.state, partyOf(chat));
}

export function escalate(chat: Chat): void {
  const isNew = ({ chats }: Snapshot): boolean => of(chats, chat)?.escalation?.state !== chat.escalation?.state || of(chats, chat) === undefined;
  if (act(chat, { kind: 'escalate' })) request('chat', t('chat-escalate'), isNew, partyOf(chat));
}

const of = (chats: readonly Chat[], chat: Chat): Chat | undefined => chats.find((other) => keyOf(other) === keyOf(chat));

/** When others were last told that the worker writes, by chat. */
let typed: ReadonlyMap<string, number> = new Map();
/** The worker writes. */
export function types(chat: Chat, text: string): void {
  draft(chat, text);
  const now = Date.now();
  if (text === '' || now < (typed.get(keyOf(chat)) ?? 0) + TYPING_MS) return;
  // What is older holds nothing back.
  typed = new Map([...typed].filter(([, at]) => now < at + TYPING_MS)).set(keyOf(chat), now);
  act(chat, { kind: 'typing' });
}

export const partyOf = (chat: Chat): string => chat.parties.join(', ') || t('caller-unknown');

export function startChats(): void {
  catchUp();
  tellSeen();
  watchChats();
  startArrivals();
  effect(() => {
    if (!live.value) {
      untracked(doubtTaken);
      return;
    }
    // What left the page, if the host does not show it: the one before may have taken it and be gone.
    untracked(() => {
      for (const chat of chats.value) {
        // What is shown as refused is the worker's to send again.
        for (const line of unshown(chat).filter(({ refused }) => !refused)) writeAgain(chat, line);
      }
    });
  });
}

/** What is sent for the chats themselves comes at a pace: a page that sends too much is closed. */
function paced(ms: number, work: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      work();
    }, ms);
  };
}

/** Asks for what this page lacks of each chat: one after the other. */
function catchUp(): void {
  let asked = new Map<string, number>();
  const next = (): (() => void) | undefined => {
    for (const chat of chats.peek()) {
      const after = lacking(transcripts.peek().get(keyOf(chat)), chat);
      if (after === undefined || asked.get(keyOf(chat)) === after) continue;
      return () => {
        if (act(chat, { kind: 'entries', after })) asked.set(keyOf(chat), after);
      };
    }
    return undefined;
  };
  const later = paced(PACE_MS, () => {
    next()?.();
    if (live.peek() && next() !== undefined) later();
  });
  effect(() => {
    if (!live.value) asked = new Map();
    else if (chats.value.length > 0 && transcripts.value.size >= 0) later();
  });
}

/** What has come, and what the worker has before their eyes. */
function tellSeen(): void {
  let told = new Map<string, string>();
  const later = paced(SEEN_MS, () => {
    if (!live.peek()) return;
    for (const chat of chats.peek()) {
      const revision = transcripts.peek().get(keyOf(chat))?.revision ?? 0;
      const read = keyOf(chat) === looksAt.peek();
      const what = `${revision} ${read}`;
      if (revision === 0 || told.get(keyOf(chat)) === what) continue;
      if (act(chat, { kind: 'seen', revision, read })) told.set(keyOf(chat), what);
    }
  });
  effect(() => {
    if (!live.value) told = new Map();
    else if (shown.value !== undefined && transcripts.value.size + looksAt.value.length >= 0) later();
  });
}
