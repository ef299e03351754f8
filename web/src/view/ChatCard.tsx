import { useRef } from 'preact/hooks';
import { escalate, isOpen, leave, partyOf } from '../chat/chats';
import type { Chat } from '../chat/frames';
import { save } from '../chat/saved';
import { drafts } from '../chat/kept';
import { overs } from '../chat/over';
import { keyOf } from '../chat/transcript';
import { calls, live } from '../store';
import { language, t } from '../text/language';
import { Action } from './Action';
import { ChatLines } from './ChatLines';
import { ChatWrite } from './ChatWrite';
import { callerOf } from './CallHead';
import { DataTable } from './DataTable';
import { useFocusKept } from './focus';

/** One chat: with whom, what was said, and what can be done in it. */
export function ChatCard({ chat }: { chat: Chat }) {
  const id = `chat-${chat.connId}-${chat.dn}`;
  const open = isOpen(chat);
  const card = useRef<HTMLElement>(null);
  useFocusKept(card);
  // What is written stays where the worker writes it, also when it cannot be sent any more.
  const writing = open || (drafts.value.get(keyOf(chat)) ?? '') !== '';
  return (
    <section ref={card} class="card chat" tabIndex={-1} aria-labelledby={id} data-chat={chat.connId} data-chat-state={live.value ? chat.state : 'unknown'}>
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
          {!open && <Over chat={chat} />}
        </div>
      </div>
      <Call chat={chat} />
      <Wish chat={chat} />
      <ChatLines chat={chat} />
      {writing && <ChatWrite chat={chat} />}
      <div class="actions" role="group" aria-label={t('chat-actions')}>
        {open && (
          <button type="button" class="button" aria-disabled={!live.value || chat.escalation?.state === 'asked'} onClick={() => chat.escalation?.state !== 'asked' && escalate(chat)}>
            {t('chat-escalate')}
          </button>
        )}
        <button
          type="button"
          class="button"
          data-button="save"
          onClick={() => {
            save(chat);
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
      <DataTable caption={t('call-data')} data={chat.data} more={0} />
    </section>
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

/** The call that belongs to the chat, when it is on this page. */
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

/** How it stands with the worker's wish to talk to the customer. */
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
