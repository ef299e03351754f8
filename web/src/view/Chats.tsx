import { partyOf } from '../chat/chats';
import type { Chat } from '../chat/frames';
import { chats, choose, shown } from '../chat/shown';
import { keyOf } from '../chat/transcript';
import { t } from '../text/language';
import { ChatCard } from './ChatCard';

/** The worker's chats: a list where there are several, and the one that they look at. */
export function Chats() {
  const chat = shown.value;
  if (chat === undefined) return null;
  return (
    <div class="chats">
      {chats.value.length > 1 && (
        <nav class="chat-list" aria-label={t('chat-list')}>
          {chats.value.map((one) => (
            <Entry key={keyOf(one)} chat={one} current={one === chat} />
          ))}
        </nav>
      )}
      <ChatCard key={keyOf(chat)} chat={chat} />
    </div>
  );
}

function Entry({ chat, current }: { chat: Chat; current: boolean }) {
  return (
    <button
      type="button"
      class="button chat-entry"
      aria-current={current}
      data-chat-entry={chat.connId}
      onClick={() => {
        choose(chat);
      }}
    >
      <bdi>{partyOf(chat)}</bdi>
      {chat.unread > 0 && (
        <span class="badge">
          <span class="hidden-text">{t('chat-unread', { number: chat.unread })}</span>
          <span aria-hidden="true">{chat.unread}</span>
        </span>
      )}
    </button>
  );
}
