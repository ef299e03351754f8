/** What this page keeps of chats beside the host's word, and what it sends in them; with what Internet Explorer 11 knows. */

import type { Chat, ChatDeed, ChatEntries } from '../chat/frames';
import { clean, joined, keyOf, lacking, shortened, type Transcript } from '../chat/transcript';
import { send } from './connection';
import { say } from './spoken';
import { t } from './texts';
import { time } from './time';

/** Others need not know more often that the worker writes; who stops writing is not said to write for longer. */
const TYPING_MS = 3_000;
const WRITES_MS = 6_000;

/** A line that has left the page, until the T-Server has it: a host that is gone at once may have kept nothing of what it took. */
export interface Outgoing {
  id: string;
  text: string;
  /** The host shows it among its own, since its last snapshot. */
  taken: boolean;
  /** The host has refused something since: the worker sends it again, or not. */
  refused: boolean;
}

interface Kept {
  transcript: Transcript | undefined;
  /** Lines up to here were said, or read with the page. */
  said: number;
  draft: string;
  outgoing: Outgoing[];
  writer: string;
  writerUntil: number;
  /** The revision after which more was asked for. */
  asked: number;
  /** What the host was told of what was seen. */
  told: string;
  typed: number;
}

let kept: Record<string, Kept> = {};
let lines = 0;

export function keptOf(chat: { connId: string; dn: string }): Kept {
  const key = keyOf(chat);
  return (kept[key] ??= { transcript: undefined, said: 0, draft: '', outgoing: [], writer: '', writerUntil: 0, asked: -1, told: '', typed: -TYPING_MS });
}

export const isOpen = ({ state }: Chat): boolean => state === 'open' || state === 'closing';

/** Bytes of a line as it is sent; letters that are none count as the most that one takes. */
export function bytesOf(text: string): number {
  try {
    return encodeURIComponent(text).replace(/%../g, 'x').length;
  } catch {
    return text.length * 3;
  }
}

/** More of what was said. */
export function takeEntries(frame: ChatEntries): void {
  const own = keptOf(frame);
  const before = own.transcript;
  own.transcript = joined(before, frame);
  for (const entry of frame.entries) {
    if (entry.own && entry.id !== undefined) takeBack(own, entry.id);
    else if (entry.party === own.writer) own.writer = '';
  }
  // A chat that began anew is read.
  if (before !== undefined && before.since !== frame.since) own.said = frame.upTo;
}

/** Says lines of others that are news to the worker, each once. */
export function sayNews(chat: { connId: string; dn: string }): void {
  const kept = keptOf(chat);
  const known = kept.said;
  for (const { revision, own, kind, party, text } of kept.transcript?.entries ?? []) {
    if (revision <= known) continue;
    if (!own && kind === 'line') say(t('said-chatLine', { party, text }));
    kept.said = Math.max(kept.said, revision);
  }
}

export function takeTyping(frame: { connId: string; dn: string; party: string }): void {
  const own = keptOf(frame);
  own.writer = frame.party;
  own.writerUntil = time() + WRITES_MS;
}

/** Who writes now; empty: nobody. */
export const writerOf = (chat: Chat): string => (time() < keptOf(chat).writerUntil ? keptOf(chat).writer : '');

/** The host shows a chat as it is now: what is in it has arrived. */
export function arrived(chat: Chat): void {
  const own = keptOf(chat);
  // What the host shows no more that it has shown, the T-Server has, or another page has dropped.
  own.outgoing = own.outgoing.filter((line) => {
    const shown = chat.outbox.some(({ id }) => id === line.id);
    const gone = line.taken && !shown;
    line.taken = shown;
    return !gone;
  });
  if (own.transcript?.since === chat.since) own.transcript = shortened(own.transcript, chat);
}

/** Only these chats are there. Returns what was written in the others and was not sent. */
export function keepOnly(chats: readonly Chat[]): string[] {
  const only: Record<string, Kept> = {};
  for (const chat of chats) only[keyOf(chat)] = keptOf(chat);
  const unsent: string[] = [];
  for (const key of Object.keys(kept)) {
    const gone = only[key] === undefined ? kept[key] : undefined;
    if (gone === undefined) continue;
    for (const { text, taken } of gone.outgoing) if (!taken) unsent.push(text);
    if (gone.draft.trim() !== '') unsent.push(gone.draft);
  }
  kept = only;
  return unsent;
}

/** What is lacking is asked for, what was seen is told. */
export function follow(chats: readonly Chat[], sees: (chat: Chat) => boolean): void {
  for (const chat of chats) {
    const own = keptOf(chat);
    const after = lacking(own.transcript, chat);
    if (after !== undefined && after !== own.asked && act(chat, { kind: 'entries', after })) own.asked = after;
    see(chat, own, sees(chat));
  }
}

function see(chat: Chat, own: Kept, read: boolean): void {
  const revision = own.transcript?.revision ?? 0;
  const what = `${revision} ${read}`;
  if (revision > 0 && own.told !== what && act(chat, { kind: 'seen', revision, read })) own.told = what;
}

/** A new connection: nothing was asked on it, and what may not have arrived is sent once more, by the same number. */
export function again(chats: readonly Chat[]): void {
  for (const chat of chats) {
    const own = keptOf(chat);
    [own.asked, own.told] = [-1, ''];
    for (const line of own.outgoing) if (!line.refused && !line.taken) act(chat, { kind: 'write', id: line.id, text: line.text });
  }
}

/** A snapshot: whether the host has kept what one before it took is not known. */
export function doubtTaken(): void {
  for (const key of Object.keys(kept)) for (const line of kept[key]?.outgoing ?? []) line.taken = false;
}

/** What was sent last may have come to nothing. */
export function refused(): void {
  for (const key of Object.keys(kept)) for (const line of kept[key]?.outgoing ?? []) line.refused = line.refused || !line.taken;
}

export function forgetChats(): void {
  kept = {};
}

/** Sends a line, without what no line can hold. False: there is nothing to send, too much, or the host is out of reach. */
export function write(chat: Chat, text: string, longest: number): boolean {
  const said = clean(text);
  if (said === '' || bytesOf(said) > longest) return false;
  lines += 1;
  // The time of day, for a page that is opened again counts its own from 0.
  const id = `${new Date().getTime()}-${lines}-${Math.random().toString(36).slice(2, 10)}`;
  if (!act(chat, { kind: 'write', id, text: said })) return false;
  const own = keptOf(chat);
  own.outgoing.push({ id, text: said, taken: false, refused: false });
  own.draft = '';
  return true;
}

export function writeAgain(chat: Chat, id: string, text: string): void {
  for (const line of keptOf(chat).outgoing) if (line.id === id) line.refused = false;
  act(chat, { kind: 'write', id, text });
}

export function drop(chat: Chat, id: string): void {
  takeBack(keptOf(chat), id);
  act(chat, { kind: 'drop', id });
}

export const leave = (chat: Chat): boolean => act(chat, { kind: 'leave' });
export const escalate = (chat: Chat): boolean => act(chat, { kind: 'escalate' });

/** The worker writes. */
export function types(chat: Chat, text: string): void {
  const own = keptOf(chat);
  own.draft = text;
  if (text === '' || time() < own.typed + TYPING_MS) return;
  own.typed = time();
  act(chat, { kind: 'typing' });
}

const act = ({ connId, dn }: Chat, deed: ChatDeed): boolean => send({ type: 'chat', connId, dn, deed });

function takeBack(own: Kept, id: string): void {
  own.outgoing = own.outgoing.filter((line) => line.id !== id);
}
