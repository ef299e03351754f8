import type { Chat } from '../chat/frames';
import { calls } from '../store';
import { t } from '../text/language';
import { callerOf } from './CallHead';

/** The customer's call that belongs to a chat: where it is on this page, and how it stands with the wish for it. */
export function ChatCall({ chat }: { chat: Chat }) {
  return (
    <>
      <Call chat={chat} />
      <Wish chat={chat} />
    </>
  );
}

function Call({ chat }: { chat: Chat }) {
  const call = calls.value.find(({ connId, chat: of }) => of === chat.connId || (chat.call !== '' && connId === chat.call));
  if (call === undefined) return null;
  return (
    <p>
      {t('chat-call')}{' '}
      <button
        type="button"
        class="button quiet"
        data-chat-call={call.connId}
        onClick={() => document.querySelector<HTMLElement>(`[data-call="${CSS.escape(call.connId)}"]`)?.focus()}
      >
        <bdi>{callerOf(call)}</bdi>
      </button>
    </p>
  );
}

const wishes = { asked: 'chat-asked', accepted: 'chat-accepted', refused: 'chat-notAccepted' } as const;

function Wish({ chat }: { chat: Chat }) {
  return (
    <div role="status">
      {chat.escalation !== undefined && (
        <p data-escalation={chat.escalation.state}>
          {t(wishes[chat.escalation.state])} <span dir="auto">{chat.escalation.words}</span>
        </p>
      )}
    </div>
  );
}
