import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { called } from '../favourites';
import type { Target } from '../frames';
import { found } from '../search';
import { live } from '../store';
import { t, type PlainKey } from '../text/language';
import { Action } from './Action';
import { TargetField } from './TargetField';
import { isNumber } from './targets';

export interface Way {
  text: string;
  /** The note is empty where none was written. */
  go: (number: string, note: string) => void;
}

interface Props {
  label: string;
  /** A note can go with it. */
  noted?: boolean;
  /** What can be done with the number; the first is what Enter does. */
  ways: readonly Way[];
  close: () => void;
}

/** Asks for a number or for somebody, and what to do. */
export function NumberForm({ label, noted = false, ways, close }: Props) {
  const text = useSignal('');
  const chosen = useSignal<Target | null>(null);
  const note = useRef<HTMLTextAreaElement>(null);
  const wrong = useSignal<PlainKey | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const error = useId();

  const send = (way: Way | undefined): void => {
    if (!live.value) return;
    const typed = text.value.trim();
    wrong.value = wrongWith(typed, chosen.value);
    if (wrong.value !== null) {
      form.current?.querySelector<HTMLElement>('[role=combobox]')?.focus();
      return;
    }
    if (chosen.value !== null) called(chosen.value.id);
    way?.go(numberOf(chosen.value) ?? typed, note.current?.value.trim() ?? '');
    close();
  };
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    send(ways[0]);
  };

  return (
    <form
      ref={form}
      class="transfer"
      onSubmit={submit}
      noValidate
      onInput={() => (wrong.value = null)}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.isComposing) close();
      }}
    >
      <TargetField label={label} text={text} chosen={chosen} invalid={wrong.value !== null} describedBy={error} />
      <div class="alert-slot" id={error} role="alert">
        {wrong.value !== null && <p class="form-error">{t(wrong.value)}</p>}
      </div>
      {noted && (
        <label class="field">
          <span>{t('note-label')}</span>
          <textarea ref={note} rows={2} maxLength={2000} />
        </label>
      )}
      <div class="actions">
        {ways.map((way, at) => (
          <Action key={way.text} kind={at === 0 ? 'primary' : 'plain'} enabled={live.value} act={() => { send(way); }}>
            {way.text}
          </Action>
        ))}
        <button type="button" class="button" onClick={close}>
          {t('cancel')}
        </button>
      </div>
    </form>
  );
}

/** Beginnings of names are nobody's number, unless the host has nobody to choose from. */
function wrongWith(typed: string, chosen: Target | null): PlainKey | null {
  if (typed === '') return 'number-missing';
  if (chosen !== null || isNumber(typed)) return null;
  return found.value?.query === typed && found.value.targets.length === 0 ? null : 'target-choose';
}

/** The number that leads there now: a colleague may have changed their seat. */
const numberOf = (chosen: Target | null): string | undefined =>
  chosen === null ? undefined : (found.value?.targets.find(({ id }) => id === chosen.id) ?? chosen).number;
