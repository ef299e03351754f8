/** Browser notifications: one for each who waits, while no page of the worker is in front; closed when nobody waits. */

import { effect, signal, untracked } from '@preact/signals';
import { t } from '../text/language';
import { calling, type Caller } from './calling';
import { anyPageInFront } from './front';
import { lead } from './leader';

export type Permission = NotificationPermission | 'none';

/** `none`: this browser has no notifications here (plain HTTP, or an old one). */
export const permission = signal<Permission>('none');

/** Asks the worker. Must run inside a gesture. */
export async function askPermission(): Promise<void> {
  permission.value = await Notification.requestPermission();
}

const shown = new Map<string, Notification | null>();

export function startNotifications(): void {
  if (!('Notification' in window)) return;
  permission.value = Notification.permission;
  const leading = lead('uc-notify');
  effect(() => {
    const waiting = calling.value;
    for (const key of shown.keys()) if (!waiting.some((caller) => caller.key === key)) withdraw(key);
    if (!leading.value) return;
    for (const caller of waiting) if (!shown.has(caller.key)) untracked(() => void offer(caller));
  });
}

async function offer(caller: Caller): Promise<void> {
  shown.set(caller.key, null);
  if ((await anyPageInFront()) || !shown.has(caller.key) || permission.peek() !== 'granted') return;
  try {
    shown.set(caller.key, raise(caller));
  } catch (error) {
    // Some mobile browsers have the name but not the constructor; the flashing title stands in.
    console.warn('this browser shows no notification', error);
  }
}

function raise({ key, kind, caller, notes, card }: Caller): Notification {
  const name = caller === '' ? t('caller-unknown') : caller;
  const title = t(kind === 'call' ? 'alert-flashCall' : 'preview-from', { caller: name });
  const notification = new Notification(title, { body: notes, tag: key, requireInteraction: true });
  notification.onclick = () => {
    window.focus();
    document.querySelector<HTMLElement>(card)?.focus();
    notification.close();
  };
  return notification;
}

function withdraw(key: string): void {
  shown.get(key)?.close();
  shown.delete(key);
}
