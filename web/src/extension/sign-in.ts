/** The sign-in form, for a window that was not opened by an invitation. */

import { element } from './dom';
import { signIn } from './session';
import { t } from './texts';

export function signInForm(signedIn: () => void): HTMLElement {
  let busy = false;
  const user = element('input', { id: 'user', type: 'text' });
  const password = element('input', { id: 'password', type: 'password' });
  const alert = element('p', { role: 'alert' });
  const go = element('button', { id: 'sign-in' }, t('signIn-submit'));
  go.type = 'submit';
  const form = element(
    'form',
    { class: 'sign-in' },
    element('h1', {}, t('signIn-title')),
    alert,
    element('label', { for: 'user' }, t('signIn-user')),
    user,
    element('label', { for: 'password' }, t('signIn-password')),
    password,
    go,
  );
  form.onsubmit = (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    signIn(user.value, password.value, (status) => {
      busy = false;
      if (status === 200) signedIn();
      else alert.textContent = complaint(status);
    });
  };
  return form;
}

function complaint(status: number): string {
  if (status === 401) return t('signIn-refused');
  return t(status === 429 ? 'signIn-later' : 'signIn-unreachable');
}
