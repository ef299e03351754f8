import { useSignal, type Signal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { signIn, type SignInResult } from '../session';
import { phase, signedOut } from '../store';
import { t } from '../text/language';
import { Brand } from './Brand';

/** The sign-in page: name and password, pasteable and known to password stores (WCAG 3.3.8). */
export function SignIn() {
  const error = useSignal('');
  /** What is wrong is what was typed. */
  const mistyped = useSignal(false);
  const busy = useSignal(false);
  const user = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    user.current?.focus();
    return () => void setTimeout(focusDesk);
  }, []);

  // What was wrong is being mended.
  const right = (): void => {
    error.value = '';
    mistyped.value = false;
  };
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    if (busy.value) return;
    const name = user.current?.value.trim() ?? '';
    const secret = password.current?.value ?? '';
    right();
    if (name === '' || secret === '') {
      error.value = t('signIn-missing');
      mistyped.value = true;
      (name === '' ? user : password).current?.focus();
      return;
    }
    busy.value = true;
    const result = await signIn(name, secret);
    busy.value = false;
    if (result === 'ok') {
      signedOut.value = null;
      phase.value = 'signedIn';
      return;
    }
    error.value = reason(result);
    mistyped.value = result === 'refused';
    if (typeof result === 'object' && 'retryAfter' in result) expireAfter(error, result.retryAfter);
    password.current?.select();
  };

  return (
    <main class="sign-in">
      <form class="card sign-in-card" onSubmit={(event) => void submit(event)} noValidate>
        <Brand />
        <h1>{t('signIn-title')}</h1>
        <p class="quiet">{t('signIn-lead')}</p>
        <div role="status">{signedOut.value !== null && <p class="form-note">{t(`signedOut-${signedOut.value}`)}</p>}</div>
        <div class="alert-slot" role="alert" id="sign-in-error">
          {error.value !== '' && <p class="form-error">{error.value}</p>}
        </div>
        <label class="field">
          <span>{t('signIn-user')}</span>
          <input
            ref={user}
            name="user"
            autocomplete="username"
            autocapitalize="none"
            spellcheck={false}
            maxLength={256}
            onInput={right}
            aria-invalid={mistyped.value}
            aria-describedby="sign-in-error"
          />
        </label>
        <label class="field">
          <span>{t('signIn-password')}</span>
          <input
            ref={password}
            name="password"
            type="password"
            autocomplete="current-password"
            maxLength={1024}
            onInput={right}
            aria-invalid={mistyped.value}
            aria-describedby="sign-in-error"
          />
        </label>
        <label class="switch">
          <input type="checkbox" onChange={(event) => { show(password.current, event.currentTarget.checked); }} />
          <span>{t('signIn-show')}</span>
        </label>
        <button type="submit" class="button primary wide" aria-disabled={busy.value}>
          {busy.value ? t('signIn-busy') : t('signIn-submit')}
        </button>
      </form>
    </main>
  );
}

/** Whoever has signed in goes on from their state, unless something else has asked for the focus. */
function focusDesk(): void {
  if (document.activeElement === document.body) document.getElementById('state')?.focus();
}

function show(password: HTMLInputElement | null, visible: boolean): void {
  if (password !== null) password.type = visible ? 'text' : 'password';
}

/** The wait is over: the message would no longer be true. */
function expireAfter(error: Signal<string>, seconds: number): void {
  const text = error.value;
  setTimeout(() => {
    if (error.value === text) error.value = '';
  }, seconds * 1000);
}

function reason(result: Exclude<SignInResult, 'ok'>): string {
  if (result === 'refused') return t('signIn-refused');
  if (result === 'unreachable') return t('signIn-unreachable');
  if ('detail' in result) return t('signIn-detail', { detail: result.detail });
  return t('signIn-tooMany', { seconds: result.retryAfter });
}
