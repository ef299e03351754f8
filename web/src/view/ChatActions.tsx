import { escalate, isOpen, leave } from '../chat/chats';
import type { Chat } from '../chat/frames';
import { isWhole, save } from '../chat/saved';
import { live } from '../store';
import { t } from '../text/language';
import { Action } from './Action';

/** What can be done with a whole chat. */
export function ChatActions({ chat }: { chat: Chat }) {
  const open = isOpen(chat);
  return (
    <div class="actions" role="group" aria-label={t('chat-actions')}>
      {open && <Escalate chat={chat} />}
      <button
        type="button"
        class="button"
        data-button="save"
        aria-disabled={!isWhole(chat)}
        onClick={() => {
          if (isWhole(chat)) save(chat);
        }}
      >
        {t('chat-save')}
      </button>
      {/* Two buttons, though one takes the other's place: what closes the chat is not what left it. */}
      {open ? (
        <Action key="leave" kind="plain" enabled={live.value && chat.state === 'open'} act={() => { leave(chat); }}>
          {t(chat.state === 'closing' ? 'chat-leaving' : 'chat-leave')}
        </Action>
      ) : (
        <Action key="done" kind="plain" enabled={live.value} act={() => { leave(chat); }}>
          {t('chat-done')}
        </Action>
      )}
    </div>
  );
}

function Escalate({ chat }: { chat: Chat }) {
  const asked = chat.escalation?.state === 'asked';
  return (
    <Action kind="plain" enabled={live.value && !asked} act={() => { escalate(chat); }}>
      {t('chat-escalate')}
    </Action>
  );
}
