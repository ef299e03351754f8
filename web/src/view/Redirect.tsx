import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { redirectTo } from '../actions';
import { live, snapshot } from '../store';
import { t } from '../text/language';

/** That accepted calls go to an outside number, where the worker cannot overlook it. */
export function RedirectNote() {
  const redirect = snapshot.value?.redirect;
  if (redirect?.on !== true) return null;
  return (
    <p class="broadcast" role="note">
      {t('outside-on', { number: isolated(redirect.number) })}
    </p>
  );
}

/** Where accepted calls go, and the way to change it. */
export function RedirectChoice() {
  const redirect = snapshot.value?.redirect;
  const field = useRef<HTMLInputElement>(null);
  /** What was typed and not sent; null: nothing. */
  const draft = useSignal<string | null>(null);
  const missing = useSignal(false);
  const error = useId();
  if (redirect === undefined) return null;
  const changed = draft.value !== null && draft.value.trim() !== redirect.number;

  const ask = (on: boolean): void => {
    const number = (draft.value ?? redirect.number).trim();
    missing.value = on && number === '';
    if (missing.value) {
      field.current?.focus();
      return;
    }
    if (live.value && redirectTo(number, on)) draft.value = null;
  };
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    ask(true);
  };

  return (
    <form class="redirect" onSubmit={submit} noValidate>
      <h3>{t('outside-title')}</h3>
      <p class="quiet">{redirect.on ? t('outside-on', { number: isolated(redirect.number) }) : t('outside-off')}</p>
      {redirect.locked ? (
        <p class="quiet">{t('outside-locked')}</p>
      ) : (
        <>
          <label class="field">
            <span>{t('outside-number')}</span>
            <input
              ref={field}
              type="tel"
              autocomplete="off"
              maxLength={64}
              value={draft.value ?? redirect.number}
              aria-invalid={missing.value}
              aria-describedby={error}
              onInput={(event) => {
                draft.value = event.currentTarget.value;
                missing.value = false;
              }}
            />
          </label>
          <div class="alert-slot" id={error} role="alert">
            {missing.value && <p class="form-error">{t('number-missing')}</p>}
          </div>
          <div class="actions">
            {(!redirect.on || changed) && (
              <button type="submit" class="button" aria-disabled={!live.value}>
                {t('outside-go')}
              </button>
            )}
            {redirect.on && (
              <button type="button" class="button" aria-disabled={!live.value} onClick={() => { ask(false); }}>
                {t('outside-stop')}
              </button>
            )}
          </div>
        </>
      )}
    </form>
  );
}

/** A number keeps its order in a text that runs from right to left. */
const isolated = (number: string): string => `\u2066${number}\u2069`;
