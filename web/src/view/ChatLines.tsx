import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { drop, isOpen, writeAgain } from '../chat/chats';
import type { Chat, ChatEntry } from '../chat/frames';
import { transcripts, typing, unshown } from '../chat/kept';
import { sight } from '../chat/looked-at';
import { keyOf } from '../chat/transcript';
import { language, t } from '../text/language';
import { covered } from './Previews';

/** So many lines are drawn at first, and so many more each time. */
const DRAWN = 200;
/** Whoever is this near to the end follows it. */
const NEAR_PX = 40;
const none: readonly never[] = [];

/** What was said. It follows the newest line while the worker is at the end. Always text, whatever is in it. */
export function ChatLines({ chat }: { chat: Chat }) {
  const key = keyOf(chat);
  const entries = transcripts.value.get(key)?.entries ?? none;
  const leaving = unshown(chat);
  const writer = typing.value.get(key);
  const drawn = useSignal(DRAWN);
  const list = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const revision = transcripts.value.get(key)?.revision ?? 0;
  /** What has come since is below what the worker reads. */
  const read = useSignal(revision);
  const below = entries.filter((entry) => entry.revision > read.value && !entry.own && entry.kind === 'line').length;
  const own = [...chat.outbox, ...leaving];
  // One that is refused is longer, by its buttons.
  const length = entries.length + own.length + own.filter(({ refused }) => refused).length;
  useLayoutEffect(() => {
    if (!follows.current || list.current === null) return;
    list.current.scrollTop = list.current.scrollHeight;
    read.value = revision;
  }, [length, writer, read, revision]);
  const hidden = Math.max(0, entries.length - drawn.value);
  const left = chat.dropped + chat.missing;
  return (
    <>
      <div
        class="chat-lines"
        ref={list}
        role="region"
        tabIndex={0}
        aria-label={t('chat-transcript')}
        onScroll={({ currentTarget: at }) => {
          follows.current = at.scrollHeight - at.scrollTop - at.clientHeight < NEAR_PX;
          if (follows.current) read.value = revision;
        }}
      >
        {left > 0 && (
          <p class="quiet" data-chat-left={left}>
            {chat.dropped > 0 && t('chat-dropped', { number: chat.dropped })} {chat.missing > 0 && t('chat-missing', { number: chat.missing })}
          </p>
        )}
        {hidden > 0 && (
          <button type="button" class="button quiet" onClick={() => (drawn.value += DRAWN)}>
            {t('chat-earlier', { number: hidden })}
          </button>
        )}
        <ol>
          {entries.slice(hidden).map((entry) => (
            <Entry key={entry.revision} entry={entry} chat={chat} />
          ))}
          {chat.outbox.map(({ id, text, refused, words }) => (
            <Own key={id} chat={chat} id={id} text={text} refused={refused} words={words} />
          ))}
          {leaving.map(({ id, text, refused }) => (
            <Own key={id} chat={chat} id={id} text={text} refused={refused} words="" />
          ))}
        </ol>
        {below > 0 && (
          <button
            type="button"
            class="button chat-below"
            onClick={({ currentTarget }) => {
              toLines(currentTarget);
              list.current?.scrollTo(0, list.current.scrollHeight);
            }}
          >
            <span aria-hidden="true">↓ </span>
            {t('chat-unread', { number: below })}
          </button>
        )}
        <End of={key} />
      </div>
      <p class="chat-typing quiet">{writer === undefined ? '' : t('chat-typing', { party: writer })}</p>
    </>
  );
}

/** Stands after the newest line: whether the worker has that before their eyes. */
function End({ of }: { of: string }) {
  const end = useRef<HTMLDivElement>(null);
  const above = covered.value;
  useEffect(() => {
    const mark = end.current;
    if (mark === null) return undefined;
    const watch = new IntersectionObserver((changes) => {
      sight.value = { of, end: changes.at(-1)?.isIntersecting === true };
    }, { root: mark.closest('.scroller'), rootMargin: `${-above}px 0px 0px` });
    watch.observe(mark);
    return () => {
      watch.disconnect();
    };
  }, [of, above]);
  useEffect(() => () => {
    sight.value = null;
  }, [of]);
  return <div ref={end} class="chat-end" />;
}

function Entry({ entry, chat }: { entry: ChatEntry; chat: Chat }) {
  const { own, party, kind, text, time, cut = 0, order } = entry;
  const who = own ? t('chat-you') : party;
  if (kind !== 'line') return <li class="chat-note quiet">{t(kind === 'joined' ? 'chat-joined' : 'chat-left', { party: who })}</li>;
  const mark = !own ? '' : order <= chat.read ? t('chat-read') : order <= chat.delivered ? t('chat-delivered') : '';
  return (
    <li class={own ? 'chat-line own' : 'chat-line'} data-chat-line={order}>
      <p class="chat-who quiet">
        <bdi>{who}</bdi> <time dateTime={new Date(time).toISOString()}>{new Date(time).toLocaleTimeString(language.value, { timeStyle: 'short' })}</time>
        {mark !== '' && <span data-chat-mark> · {mark}</span>}
      </p>
      <p class="chat-text" dir="auto">
        {text}
      </p>
      {cut > 0 && <p class="quiet">{t('data-cut', { number: cut })}</p>}
    </li>
  );
}

interface OwnProps {
  chat: Chat;
  id: string;
  text: string;
  refused: boolean;
  words: string;
}

/** The button goes with what it does; the focus stays in the chat. */
const toLines = (button: Element): void => {
  button.closest<HTMLElement>('.chat-lines')?.focus({ preventScroll: true });
};

/** A line of the worker's that is not there yet. */
function Own({ chat, id, text, refused, words }: OwnProps) {
  return (
    <li class="chat-line own waiting" data-chat-own={refused ? 'refused' : 'waiting'}>
      <p class="chat-who quiet">
        {t(refused ? 'chat-refused' : 'chat-waiting')} <span dir="auto">{words}</span>
      </p>
      <p class="chat-text" dir="auto">
        {text}
      </p>
      {refused && (
        <div class="actions">
          {isOpen(chat) && (
            <button
              type="button"
              class="button"
              onClick={({ currentTarget }) => {
                toLines(currentTarget);
                writeAgain(chat, { id, text });
              }}
            >
              {t('chat-again')}
            </button>
          )}
          <button
            type="button"
            class="button quiet"
            onClick={({ currentTarget }) => {
              toLines(currentTarget);
              drop(chat, id);
            }}
          >
            {t('chat-drop')}
          </button>
        </div>
      )}
    </li>
  );
}
