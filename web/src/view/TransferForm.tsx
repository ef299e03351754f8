import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { live } from '../store';
import { t } from '../text/language';

/** Asks where to transfer a call. */
export function TransferForm({ transfer, close }: { transfer: (to: string) => void; close: () => void }) {
  const missing = useSignal(false);
  const number = useRef<HTMLInputElement>(null);
  const error = useId();
  // Before the screen shows the field: the next key already belongs to it.
  useLayoutEffect(() => number.current?.focus(), []);

  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (!live.value) return;
    const to = number.current?.value.trim() ?? '';
    missing.value = to === '';
    if (to === '') {
      number.current?.focus();
      return;
    }
    transfer(to);
    close();
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
        <span>{t('transfer-to')}</span>
        <input ref={number} type="tel" autocomplete="off" maxLength={64} onInput={() => (missing.value = false)} aria-invalid={missing.value} aria-describedby={error} />
      </label>
      <div class="alert-slot" id={error} role="alert">
        {missing.value && <p class="form-error">{t('transfer-missing')}</p>}
      </div>
      <div class="actions">
        <button type="submit" class="button primary" aria-disabled={!live.value}>
          {t('transfer-go')}
        </button>
        <button type="button" class="button" onClick={close}>
          {t('cancel')}
        </button>
      </div>
    </form>
  );
}
