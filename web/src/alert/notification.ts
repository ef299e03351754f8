/** Browser notifications: one a preview, while no page of the worker is in front; closed with the preview. */

import { effect, signal, untracked } from '@preact/signals';
import type { Preview } from '../frames';
import { previews } from '../store';
import { t } from '../text/language';
import { anyPageInFront } from './front';
import { lead } from './leader';

export type Permission = NotificationPermission | 'none';

/** `none`: this browser has no notifications here (plain HTTP, or an old one). */
export const permission = signal<Permission>('none');

/** Asks the worker. Must run inside a gesture. */
export async function askPermission(): Promise<void> {
  permission.value = await Notification.requestPermission();
}

const shown = new Map<number, Notification | null>();

export function startNotifications(): void {
  if (!('Notification' in window)) return;
  permission.value = Notification.permission;
  const leading = lead('uc-notify');
  effect(() => {
    const open = previews.value;
    for (const id of shown.keys()) if (!open.some((preview) => preview.id === id)) withdraw(id);
    if (!leading.value) return;
    for (const preview of open) if (!shown.has(preview.id)) untracked(() => void offer(preview));
  });
}

async function offer(preview: Preview): Promise<void> {
  shown.set(preview.id, null);
  if ((await anyPageInFront()) || !shown.has(preview.id) || permission.peek() !== 'granted') return;
  const caller = preview.caller === '' ? t('caller.unknown') : preview.caller;
  try {
    shown.set(preview.id, raise(preview, caller));
  } catch (error) {
    // Some mobile browsers have the name but not the constructor; the flashing title stands in.
    console.warn('this browser shows no notification', error);
  }
}

function raise(preview: Preview, caller: string): Notification {
  const notification = new Notification(t('preview.from', { caller }), {
    body: preview.notes,
    tag: `preview-${preview.id}`,
    requireInteraction: true,
  });
  notification.onclick = () => {
    window.focus();
    document.querySelector<HTMLElement>(`[data-preview="${preview.id}"]`)?.focus();
    notification.close();
  };
  return notification;
}

function withdraw(id: number): void {
  shown.get(id)?.close();
  shown.delete(id);
}
