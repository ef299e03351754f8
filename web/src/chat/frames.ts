/** The frames of chats: the twin of `host/src/web/chat.rs`, held to it by golden files. */

import { pair } from '../pair';
import { flag, list, record, ShapeError, text, whole, word, type Of, type Shape } from '../shape';

export const chatStates = ['open', 'closing', 'left', 'closed', 'lost', 'dnGone'] as const;
export const chatAsked = ['asked', 'accepted', 'refused'] as const;
export const chatEntryKinds = ['line', 'joined', 'left'] as const;

const own = record({ id: text, text, refused: flag, words: text });
export const chatFields = {
  connId: text,
  dn: text,
  since: whole,
  subject: text,
  parties: list(text),
  state: word(chatStates),
  words: text,
  until: whole,
  call: text,
  data: list(pair),
  unread: whole,
  revision: whole,
  dropped: whole,
  missing: whole,
  delivered: whole,
  read: whole,
  outbox: list(own),
};
export const chatRest = { escalation: record({ state: word(chatAsked), words: text }) };
export const chat = record(chatFields, chatRest);

const entry = record({ order: whole, revision: whole, time: whole, party: text, own: flag, kind: word(chatEntryKinds), text }, { cut: whole, id: text });
export const chatEntriesFields = { connId: text, dn: text, since: whole, after: whole, upTo: whole, entries: list(entry) };

const deeds = {
  write: record({ kind: word(['write']), id: text, text }),
  drop: record({ kind: word(['drop']), id: text }),
  typing: record({ kind: word(['typing']) }),
  seen: record({ kind: word(['seen']), revision: whole, read: flag }),
  entries: record({ kind: word(['entries']), after: whole }),
  leave: record({ kind: word(['leave']) }),
  escalate: record({ kind: word(['escalate']) }),
};
export type ChatDeed = { [K in keyof typeof deeds]: Of<(typeof deeds)[K]> }[keyof typeof deeds];

/** What a worker does in a chat. */
export const deed: Shape<ChatDeed> = (value, path) => {
  const kind = typeof value === 'object' && value !== null ? (value as { kind?: unknown }).kind : undefined;
  if (typeof kind !== 'string' || !Object.hasOwn(deeds, kind)) throw new ShapeError(`${path}.kind`, 'a known deed');
  return (deeds[kind as keyof typeof deeds] as Shape<ChatDeed>)(value, path);
};

export type Chat = Of<typeof chat>;
export type ChatOwn = Of<typeof own>;
export type ChatEntry = Of<typeof entry>;
export const chatEntries = record(chatEntriesFields);
export type ChatEntries = Of<typeof chatEntries>;
