/** The sign-in form, for a window that was not opened by an invitation. */

import { element } from './dom';
import { signIn, type Answer } from './session';
import { t } from './texts';

export function signInForm(signedIn: () => void): HTMLElement {
  let busy = false;
  const user = element('input', { id: 'user', maxlength: '256' });
  const password = element('input', { id: 'password', type: 'password', maxlength: '1024' });
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
    signIn(user.value, password.value, (answer) => {
      busy = false;
      if (answer.status === 200) signedIn();
      else alert.textContent = complaint(answer);
    });
  };
  return form;
}

function complaint({ status, detail }: Answer): string {
  if (status === 401) return t('signIn-refused');
  if (status === 429) return t('signIn-later');
  return t(detail === '' ? 'signIn-unreachable' : 'signIn-detail', { detail });
}
