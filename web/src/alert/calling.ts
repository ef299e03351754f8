/** Who wants the worker now: previews, calls that ring without one, and chats that are new or have lines that nobody looks at. */

import { computed } from '@preact/signals';
import { arrivals } from '../chat/arrivals';
import { isOpen, partyOf } from '../chat/chats';
import type { Chat } from '../chat/frames';
import { chats } from '../chat/shown';
import { keyOf } from '../chat/transcript';
import type { SoundKind } from '../choices';
import type { Call, Preview } from '../frames';
import { isText } from '../media';
import { accepted, calls, certain, previews } from '../store';

/** How long a message sounds. */
const MESSAGE_MS = 1_900;

export interface Caller {
  /** Names it, in every tab alike. */
  key: string;
  kind: 'preview' | 'call' | 'chat' | 'line';
  sound: SoundKind;
  /** The preview's id; null: it is a call. */
  preview: number | null;
  /** Empty: unknown. */
  caller: string;
  /** The agent's notes. */
  notes: string;
  /** The outside number that the call goes to; empty: none. */
  redirect: string;
  /** The host's time when it stops ringing by itself; none: when the host says so. */
  until: number | null;
  /** Its card on the page. */
  card: string;
}

export const calling = computed<Caller[]>(() => [
  ...previews.value.map(ofPreview),
  ...calls.value.filter((call) => call.state === 'ringing' && certain(call) && !accepted.value.has(call.connId)).map(ofCall),
  ...chats.value.filter((chat) => isOpen(chat) && arrivals.value.has(keyOf(chat))).map(ofChat),
]);

const ofPreview = ({ id, caller, notes, deadline, redirect, mediaType }: Preview): Caller => ({
  key: `preview-${id}`,
  kind: 'preview',
  sound: isText(mediaType) ? 'chatPreview' : 'preview',
  preview: id,
  caller,
  notes,
  redirect: redirect ?? '',
  until: deadline,
  card: `[data-preview="${id}"]`,
});

const ofCall = ({ connId, dn, caller }: Call): Caller => ({
  key: callKey({ connId, dn }),
  kind: 'call',
  sound: 'call',
  preview: null,
  caller,
  notes: '',
  redirect: '',
  until: null,
  card: `[data-call="${CSS.escape(connId)}"]`,
});

/** A message rings once; it is told of again when another comes. The host's number names it, for each tab has a clock of its own. */
const ofChat = (chat: Chat): Caller => {
  const came = arrivals.value.get(keyOf(chat)) ?? 0;
  return {
    key: `chat-${keyOf(chat)}-${chat.revision}`,
    kind: chat.unread > 0 ? 'line' : 'chat',
    sound: 'chat',
    preview: null,
    caller: partyOf(chat),
    notes: chat.subject,
    redirect: '',
    until: came + MESSAGE_MS,
    card: `[data-chat="${CSS.escape(chat.connId)}"], [data-chat-entry="${CSS.escape(chat.connId)}"]`,
  };
};

export const callKey = ({ connId, dn }: { connId: string; dn: string }): string => `call-${connId}-${dn}`;
