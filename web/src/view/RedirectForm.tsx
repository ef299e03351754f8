import { useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { redirectTo } from '../actions';
import type { Redirect } from '../frames';
import { live } from '../store';
import { t } from '../text/language';
import { drop, keep, typedIn } from '../typed';
import { isAlike } from '../typed-number';
import { Action } from './Action';
import { useFocusKept } from './focus';

/** What is typed here belongs to no call; it outlives the tab. */
const OUTSIDE = { connId: '', dn: '' };
const FORM = 'outside';

/** Sends accepted calls to an outside number, and back. What is so says the host alone. */
export function RedirectForm({ redirect }: { redirect: Redirect }) {
  const field = useRef<HTMLInputElement>(null);
  const form = useRef<HTMLFormElement>(null);
  useFocusKept(form);
  /** What was typed and the host has not confirmed; null: nothing. */
  const draft = useSignal<string | null>(typedIn(OUTSIDE, FORM)?.text ?? null);
  /** What the host was asked for last. */
  const asked = useRef<string | null>(null);
  const missing = useSignal(false);
  const error = useId();
  // The host's answer, also that it is so already: until then the worker may still have to mend what they typed. What another tab
  // asks for is none.
  useLayoutEffect(() => {
    const wanted = asked.current;
    if (wanted === null || draft.peek()?.trim() !== wanted || !redirect.on || !isAlike(wanted, redirect.number)) return;
    asked.current = null;
    draft.value = null;
    drop(OUTSIDE, FORM);
  }, [draft, redirect]);
  const changed = draft.value !== null && draft.value.trim() !== redirect.number;

  const go = (): void => {
    const number = (draft.value ?? redirect.number).trim();
    missing.value = number === '';
    if (missing.value) field.current?.focus();
    else if (live.value) {
      asked.current = number;
      redirectTo(number, true);
    }
  };
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    go();
  };

  return (
    <form ref={form} tabIndex={-1} onSubmit={submit} noValidate>
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
            keep(OUTSIDE, FORM, { text: draft.value, chosen: null, note: '' }, false);
            missing.value = false;
          }}
        />
      </label>
      <div class="alert-slot" id={error} role="alert">
        {missing.value && <p class="form-error">{t('number-missing')}</p>}
      </div>
      <div class="actions">
        {(!redirect.on || changed) && (
          <Action name="redirect-go" kind="plain" enabled={live.value} act={go}>
            {t('outside-go')}
          </Action>
        )}
        {redirect.on && (
          <Action name="redirect-stop" kind="plain" enabled={live.value} act={() => { redirectTo(redirect.number, false); }}>
            {t('outside-stop')}
          </Action>
        )}
      </div>
    </form>
  );
}
