/** What the worker can do. Each action is one frame; nothing changes on the page before the host confirms it. */

import { send } from './connection';
import type { Call, CallButton, MenuEntry } from './frames';
import { answers, isPressed, presses, wish } from './store';
import { t } from './text/language';

export function choose(entry: MenuEntry): void {
  if (send({ type: 'choose', state: entry.id })) wish.value = entry.text;
}

export function logIn(): void {
  if (send({ type: 'logIn' })) wish.value = t('menu.logIn');
}

export function logOut(): void {
  if (send({ type: 'logOut' })) wish.value = t('menu.logOut');
}

/** The first answer counts; pressing again changes nothing. */
export function answer(id: number, accept: boolean): void {
  if (answers.value.has(id)) return;
  if (send({ type: 'previewAnswer', id, accept })) answers.value = new Map(answers.value).set(id, accept);
}

/** Pressing again changes nothing, until the host has said what came of it. */
export function press(call: Call, button: CallButton, to?: string): void {
  const { connId, dn, state } = call;
  if (isPressed(call, button)) return;
  const sent = send({ type: 'call', button, connId, dn, state, ...(to === undefined ? {} : { to }) });
  if (sent) presses.value = [...presses.value, { connId, dn, button }];
}
