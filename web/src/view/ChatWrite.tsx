import type { TargetedKeyboardEvent } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { bytesOf, isOpen, longest, types, write } from '../chat/chats';
import type { Chat } from '../chat/frames';
import { drafts } from '../chat/kept';
import { keyOf } from '../chat/transcript';
import { live } from '../store';
import { t } from '../text/language';

/** Where the worker writes. Enter sends; what is being composed with an input method does not. */
export function ChatWrite({ chat }: { chat: Chat }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const hint = useId();
  const text = drafts.value.get(keyOf(chat)) ?? '';
  const tooLong = bytesOf(text) > longest.value;
  const enabled = live.value && chat.state === 'open' && !tooLong && text.trim() !== '';

  const go = (): void => {
    if (enabled) write(chat, text);
    field.current?.focus();
  };
  const pressed = (event: TargetedKeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    go();
  };

  return (
    <form
      class="chat-write"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        go();
      }}
    >
      <label class="field">
        <span>{t('chat-write')}</span>
        <textarea
          ref={field}
          rows={3}
          dir="auto"
          value={text}
          readOnly={!isOpen(chat)}
          aria-invalid={tooLong}
          aria-describedby={hint}
          onInput={({ currentTarget }) => {
            types(chat, currentTarget.value);
          }}
          onKeyDown={pressed}
        />
      </label>
      <div id={hint}>
        <div class="alert-slot" role="alert">
          {tooLong && <p class="form-error">{t('chat-tooLong')}</p>}
        </div>
        {isOpen(chat) && <p class="quiet">{t('chat-hint')}</p>}
      </div>
      {isOpen(chat) && (
        <div class="actions">
          <button type="submit" class="button primary" aria-disabled={!enabled}>
            {t('chat-send')}
          </button>
        </div>
      )}
    </form>
  );
}
