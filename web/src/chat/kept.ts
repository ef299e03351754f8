/** What the page keeps of chats beside the host's word: transcripts, who is writing, what was written and not yet taken. */

import { signal } from '@preact/signals';
import type { Chat, ChatEntries } from './frames';
import { joined, keyOf, shortened, type Transcript } from './transcript';

type Key = Pick<Chat, 'connId' | 'dn'>;

/** A line that has left the page and that the host has not shown. */
export interface Outgoing {
  readonly id: string;
  readonly text: string;
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
  for (const { id } of chat.outbox) takeBack(key, id);
  const have = transcripts.value.get(key);
  if (have?.since === chat.since) {
    const next = shortened(have, chat);
    if (next !== have) transcripts.value = put(transcripts.value, key, next);
  }
}

/** Only these chats are there. */
export function keepOnly(chats: readonly Key[]): void {
  const keys = new Set(chats.map(keyOf));
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

/** The line is the host's from now on, or nobody's. */
export function takeBack(key: string, id: string): void {
  const lines = outgoing.value.get(key);
  if (lines?.some((line) => line.id === id) !== true) return;
  outgoing.value = put(outgoing.value, key, lines.filter((line) => line.id !== id));
}

/** The host has refused something in a chat: what it has not shown is not on its way any more. */
export function refuse(): void {
  outgoing.value = new Map([...outgoing.value].map(([key, lines]) => [key, lines.map((line) => ({ ...line, refused: true }))]));
}

/** Nothing of the worker stays in memory. */
export function forgetChats(): void {
  keepOnly([]);
}
