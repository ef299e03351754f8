/** What the page keeps of chats beside the host's word: transcripts, who is writing, what was written and not yet taken. */

import { signal } from '@preact/signals';
import { notify } from '../notices';
import { t } from '../text/language';
import type { Chat, ChatEntries } from './frames';
import { joined, keyOf, shortened, type Transcript } from './transcript';

type Key = Pick<Chat, 'connId' | 'dn'>;

/** A line that has left the page, until the T-Server has it: a host that is gone at once may have kept nothing of what it took. */
export interface Outgoing {
  readonly id: string;
  readonly text: string;
  /** The host shows it among its own, over this connection. */
  readonly taken: boolean;
  /** The host has refused something since: the worker sends it again, or not. */
  readonly refused: boolean;
}

/** Somebody who stops writing is not said to write for longer. */
const TYPING_MS = 6_000;

export const transcripts = signal<ReadonlyMap<string, Transcript>>(new Map());
/** Who writes, by chat. */
export const typing = signal<ReadonlyMap<string, string>>(new Map());
export const outgoing = signal<ReadonlyMap<string, readonly Outgoing[]>>(new Map());
/** What the worker is writing, by chat. It outlives a reconnect. */
export const drafts = signal<ReadonlyMap<string, string>>(new Map());
const timers = new Map<string, ReturnType<typeof setTimeout>>();

const put = <V>(map: ReadonlyMap<string, V>, key: string, value: V | undefined): ReadonlyMap<string, V> => {
  const next = new Map(map);
  if (value === undefined) next.delete(key);
  else next.set(key, value);
  return next;
};

export function takeEntries(frame: ChatEntries): void {
  const key = keyOf(frame);
  transcripts.value = put(transcripts.value, key, joined(transcripts.value.get(key), frame));
  for (const { own, id, party } of frame.entries) {
    if (own && id !== undefined) takeBack(key, id);
    else if (typing.value.get(key) === party) stopTyping(key);
  }
}

/** The host shows the chat as it is now. */
export function takeChat(chat: Chat): void {
  const key = keyOf(chat);
  takeOutbox(key, chat.outbox);
  const have = transcripts.value.get(key);
  if (have?.since === chat.since) {
    const next = shortened(have, chat);
    if (next !== have) transcripts.value = put(transcripts.value, key, next);
  }
}

/** What the host shows no more that it has shown, the T-Server has, or another page has dropped. */
function takeOutbox(key: string, outbox: Chat['outbox']): void {
  const lines = outgoing.value.get(key);
  if (lines === undefined) return;
  const shown = new Set(outbox.map(({ id }) => id));
  const left = lines.filter(({ id, taken }) => shown.has(id) || !taken).map((line) => (shown.has(line.id) === line.taken ? line : { ...line, taken: true }));
  outgoing.value = put(outgoing.value, key, left);
}

/** The connection is gone: whether the host has kept what it took is not known. */
export function doubtTaken(): void {
  outgoing.value = new Map([...outgoing.value].map(([key, lines]) => [key, lines.map((line) => (line.taken ? { ...line, taken: false } : line))]));
}

/** Lines that the host has not shown. One in doubt is still among those that it has. */
export const unshown = (of: Key & Pick<Chat, 'outbox'>): readonly Outgoing[] =>
  (outgoing.value.get(keyOf(of)) ?? []).filter(({ id, taken }) => !taken && !of.outbox.some((own) => own.id === id));

/** Only these chats are there. What was written in the others and did not leave the page is the worker's again. */
export function keepOnly(chats: readonly Key[]): void {
  const keys = new Set(chats.map(keyOf));
  for (const key of new Set([...drafts.value.keys(), ...outgoing.value.keys()])) if (!keys.has(key)) tellLost(key);
  forget(keys);
}

function tellLost(key: string): void {
  const lines = [...(outgoing.value.get(key) ?? []).filter(({ taken }) => !taken).map(({ text }) => text), drafts.value.get(key) ?? ''];
  const text = lines.filter((line) => line.trim() !== '').join('\n');
  if (text !== '') notify({ kind: 'problem', title: t('chat-lost'), text });
}

function forget(keys: ReadonlySet<string>): void {
  for (const key of [...timers.keys()].filter((one) => !keys.has(one))) stopTyping(key);
  const kept = <V>(map: ReadonlyMap<string, V>): ReadonlyMap<string, V> => new Map([...map].filter(([key]) => keys.has(key)));
  for (const map of [transcripts, typing, outgoing, drafts] as { value: ReadonlyMap<string, unknown> }[]) map.value = kept(map.value);
}

export function writes(of: Key, party: string): void {
  const key = keyOf(of);
  typing.value = put(typing.value, key, party);
  clearTimeout(timers.get(key));
  timers.set(key, setTimeout(() => { stopTyping(key); }, TYPING_MS));
}

function stopTyping(key: string): void {
  clearTimeout(timers.get(key));
  timers.delete(key);
  typing.value = put(typing.value, key, undefined);
}

export const draft = (of: Key, text: string): void => {
  drafts.value = put(drafts.value, keyOf(of), text);
};

export function leaves(of: Key, line: Outgoing): void {
  const key = keyOf(of);
  const others = (outgoing.value.get(key) ?? []).filter(({ id }) => id !== line.id);
  outgoing.value = put(outgoing.value, key, [...others, line]);
}

/** The line is the T-Server's from now on, or nobody's. */
export function takeBack(key: string, id: string): void {
  const lines = outgoing.value.get(key);
  if (lines?.some((line) => line.id === id) !== true) return;
  outgoing.value = put(outgoing.value, key, lines.filter((line) => line.id !== id));
}

/** The host has refused something in a chat: what it has not shown is not on its way any more. */
export function refuse(): void {
  outgoing.value = new Map([...outgoing.value].map(([key, lines]) => [key, lines.map((line) => (line.taken ? line : { ...line, refused: true }))]));
}

/** Nothing of the worker stays in memory. */
export function forgetChats(): void {
  forget(new Set());
}
