import type { TargetedKeyboardEvent, TargetedSubmitEvent } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { bytesOf, isOpen, longest, types, write } from '../chat/chats';
import type { Chat } from '../chat/frames';
import { drafts } from '../chat/kept';
import { keyOf } from '../chat/transcript';
import { composes } from '../composing';
import { live } from '../store';
import { t } from '../text/language';

/** Where the worker writes. Enter sends; what is being composed with an input method does not. */
export function ChatWrite({ chat }: { chat: Chat }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const hint = useId();
  const open = isOpen(chat);
  const text = drafts.value.get(keyOf(chat)) ?? '';
  const tooLong = bytesOf(text) > longest.value;
  const enabled = live.value && chat.state === 'open' && !tooLong && text.trim() !== '';

  const go = (): void => {
    if (enabled) write(chat, text);
    field.current?.focus();
  };
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    go();
  };
  const pressed = (event: TargetedKeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key !== 'Enter' || event.shiftKey || composes(event)) return;
    event.preventDefault();
    go();
  };

  return (
    <form class="chat-write" noValidate onSubmit={submit}>
      <label class="field">
        <span>{t('chat-write')}</span>
        <textarea
          ref={field}
          rows={3}
          dir="auto"
          value={text}
          readOnly={!open}
          aria-invalid={tooLong}
          aria-describedby={hint}
          onInput={({ currentTarget }) => {
            types(chat, currentTarget.value);
          }}
          onKeyDown={pressed}
        />
      </label>
      <Hint id={hint} tooLong={tooLong} open={open} />
      {open && (
        <div class="actions">
          <button type="submit" class="button primary" aria-disabled={!enabled}>
            {t('chat-send')}
          </button>
        </div>
      )}
    </form>
  );
}

/** What is wrong with what is written, and what the keys do. */
function Hint({ id, tooLong, open }: { id: string; tooLong: boolean; open: boolean }) {
  return (
    <div id={id}>
      <div class="alert-slot" role="alert">
        {tooLong && <p class="form-error">{t('chat-tooLong')}</p>}
      </div>
      {open && <p class="quiet">{t('chat-hint')}</p>}
    </div>
  );
}
