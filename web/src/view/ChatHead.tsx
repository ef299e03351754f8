import { isOpen, partyOf } from '../chat/chats';
import type { Chat } from '../chat/frames';
import { overs } from '../chat/over';
import { language, t } from '../text/language';

/** Whom a chat is with, what it is about, and that it is over. */
export function ChatHead({ chat, id }: { chat: Chat; id: string }) {
  return (
    <div class="call-head">
      <div>
        <h2 id={id}>
          {t('chat-with')} <bdi>{partyOf(chat)}</bdi>
        </h2>
        {chat.subject !== '' && (
          <p>
            <bdi>{chat.subject}</bdi>
          </p>
        )}
        {!isOpen(chat) && <Over chat={chat} />}
      </div>
    </div>
  );
}

/** Why it is over, and how long it can be read. */
function Over({ chat }: { chat: Chat }) {
  if (chat.state === 'open' || chat.state === 'closing') return null;
  const time = new Date(chat.until).toLocaleTimeString(language.value, { timeStyle: 'short' });
  return (
    <>
      <p>
        {t(overs[chat.state])} <span dir="auto">{chat.words}</span>
      </p>
      <p class="quiet">{t('chat-stays', { time })}</p>
    </>
  );
}
