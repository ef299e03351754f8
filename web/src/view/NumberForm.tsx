import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { live } from '../store';
import { t } from '../text/language';

export interface Way {
  text: string;
  go: (number: string) => void;
}

interface Props {
  label: string;
  /** What can be done with the number; the first is what Enter does. */
  ways: readonly Way[];
  close: () => void;
}

/** Asks for a number, and what to do with it. */
export function NumberForm({ label, ways, close }: Props) {
  const missing = useSignal(false);
  const number = useRef<HTMLInputElement>(null);
  const error = useId();
  // Before the screen shows the field: the next key already belongs to it.
  useLayoutEffect(() => number.current?.focus(), []);

  const send = (way: Way | undefined): void => {
    if (!live.value) return;
    const to = number.current?.value.trim() ?? '';
    missing.value = to === '';
    if (to === '') {
      number.current?.focus();
      return;
    }
    way?.go(to);
    close();
  };
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    send(ways[0]);
  };

  return (
    <form
      class="transfer"
      onSubmit={submit}
      noValidate
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <label class="field">
        <span>{label}</span>
        <input ref={number} type="tel" autocomplete="off" maxLength={64} onInput={() => (missing.value = false)} aria-invalid={missing.value} aria-describedby={error} />
      </label>
      <div class="alert-slot" id={error} role="alert">
        {missing.value && <p class="form-error">{t('number-missing')}</p>}
      </div>
      <div class="actions">
        {ways.map((way, at) => (
          <button
            key={way.text}
            type={at === 0 ? 'submit' : 'button'}
            class={at === 0 ? 'button primary' : 'button'}
            aria-disabled={!live.value}
            onClick={
              at === 0
                ? undefined
                : () => {
                    send(way);
                  }
            }
          >
            {way.text}
          </button>
        ))}
        <button type="button" class="button" onClick={close}>
          {t('cancel')}
        </button>
      </div>
    </form>
  );
}
