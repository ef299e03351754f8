import { useRef } from 'preact/hooks';
import { isOpen } from '../chat/chats';
import type { Chat } from '../chat/frames';
import { drafts } from '../chat/kept';
import { keyOf } from '../chat/transcript';
import { live } from '../store';
import { t } from '../text/language';
import { ChatActions } from './ChatActions';
import { ChatCall } from './ChatCall';
import { ChatHead } from './ChatHead';
import { ChatLines } from './ChatLines';
import { ChatWrite } from './ChatWrite';
import { DataTable } from './DataTable';
import { useFocusKept } from './focus';

/** One chat: with whom, what was said, and what can be done in it. */
export function ChatCard({ chat }: { chat: Chat }) {
  const id = `chat-${chat.connId}-${chat.dn}`;
  const card = useRef<HTMLElement>(null);
  useFocusKept(card);
  // What is written stays where the worker writes it, also when it cannot be sent any more.
  const writing = isOpen(chat) || (drafts.value.get(keyOf(chat)) ?? '') !== '';
  return (
    <section ref={card} class="card chat" tabIndex={-1} aria-labelledby={id} data-chat={chat.connId} data-chat-state={live.value ? chat.state : 'unknown'}>
      <ChatHead chat={chat} id={id} />
      <ChatCall chat={chat} />
      <ChatLines chat={chat} />
      {writing && <ChatWrite chat={chat} />}
      <ChatActions chat={chat} />
      <DataTable caption={t('call-data')} data={chat.data} more={0} />
    </section>
  );
}
