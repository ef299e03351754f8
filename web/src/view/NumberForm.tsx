import { useSignalEffect } from '@preact/signals';
import type { TargetedKeyboardEvent, TargetedSubmitEvent } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { composes } from '../composing';
import { t } from '../text/language';
import { drop, keep, typedIn } from '../typed';
import { Action } from './Action';
import { useDestination } from './destination';
import { TargetField } from './TargetField';

export interface Way {
  text: string;
  /** The note is empty where none was written. */
  go: (number: string, note: string) => void;
}

interface Props {
  label: string;
  /** Of which call, and which of its forms: what is typed is kept for it. */
  of: { connId: string; dn: string };
  name: string;
  /** The host would do it now; while it would not, the form stays as it is. */
  enabled: boolean;
  /** A note can go with it. */
  noted?: boolean;
  /** What can be done with the number; the first is what Enter does. */
  ways: readonly Way[];
  close: () => void;
}

/** Asks for a number or for somebody, and what to do. */
export function NumberForm({ label, of, name, enabled, noted = false, ways, close }: Props) {
  const before = useRef(typedIn(of, name)).current;
  const { text, chosen, wrong, take } = useDestination(before);
  const note = useRef<HTMLTextAreaElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const error = useId();
  const held = (sent: boolean): void => {
    keep(of, name, { text: text.peek(), chosen: chosen.peek(), note: note.current?.value ?? '' }, sent);
  };
  // Also what is chosen from the list.
  useSignalEffect(() => {
    if (text.value !== '' || chosen.value !== null) held(false);
  });

  const send = (way: Way | undefined): void => {
    if (!enabled) return;
    const number = take();
    if (number === undefined) {
      form.current?.querySelector<HTMLElement>('[role=combobox]')?.focus();
      return;
    }
    held(true);
    way?.go(number, note.current?.value.trim() ?? '');
    close();
  };
  const cancel = (): void => {
    drop(of, name);
    close();
  };
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    send(ways[0]);
  };
  const keys = (event: TargetedKeyboardEvent<HTMLFormElement>): void => {
    if (event.key === 'Escape' && !composes(event)) cancel();
  };

  return (
    <form ref={form} class="transfer" onSubmit={submit} noValidate onInput={() => (wrong.value = null)} onKeyDown={keys}>
      <TargetField label={label} text={text} chosen={chosen} invalid={wrong.value !== null} describedBy={error} />
      <div class="alert-slot" id={error} role="alert">
        {wrong.value !== null && <p class="form-error">{t(wrong.value)}</p>}
      </div>
      {noted && (
        <label class="field">
          <span>{t('note-label')}</span>
          <textarea ref={note} rows={2} maxLength={2000} defaultValue={before?.note} onInput={() => { held(false); }} />
        </label>
      )}
      <div class="actions">
        {ways.map((way, at) => (
          <Action key={way.text} kind={at === 0 ? 'primary' : 'plain'} enabled={enabled} act={() => { send(way); }}>
            {way.text}
          </Action>
        ))}
        <button type="button" class="button" onClick={cancel}>
          {t('cancel')}
        </button>
      </div>
    </form>
  );
}
