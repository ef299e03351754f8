/** Browser notifications: one for each who waits, while no page of the worker is in front; closed when nobody waits. */

import { effect, signal, untracked } from '@preact/signals';
import { answer } from '../actions';
import type { Answer, Answered, Show } from '../service-worker/messages';
import { answers, live, phase, previews } from '../store';
import { calling, type Caller } from './calling';
import { anyPageInFront, left } from './front';
import { lead } from './leader';
import { closeUnless, raise, renewWorker, showCard, startWorker } from './notifier';

export type Permission = NotificationPermission | 'none';

/** `none`: this browser has no notifications here (plain HTTP, or an old one). */
export const permission = signal<Permission>('none');

/** Asks the worker. Must run inside a gesture. */
export async function askPermission(): Promise<void> {
  permission.value = await Notification.requestPermission();
}

/** Who was told of, or need not be. */
const met = new Set<string>();
/** Those among them who came while a page was in front: they are told of when it is left. */
const seen = new Set<string>();
let leftBefore = 0;

export function startNotifications(): void {
  if (!('Notification' in window)) return;
  permission.value = Notification.permission;
  followPermission();
  obeyWorker();
  const leading = lead('uc-notify', live);
  effect(() => {
    if (permission.value === 'granted') void startWorker();
  });
  effect(() => {
    if (live.value) renewWorker();
  });
  effect(() => {
    const waiting = calling.value;
    // Whoever leaves the page leaves what is open there.
    const leaving = left.value !== leftBefore;
    leftBefore = left.value;
    // Before the host has spoken nobody knows who waits.
    if (phase.value !== 'signIn' && !live.value) return;
    for (const key of met) {
      if (waiting.some((caller) => caller.key === key)) continue;
      met.delete(key);
      seen.delete(key);
    }
    // Who is at the sign-in page knows that nobody waits for them, and keeps no other tab from telling.
    if (leading.value || phase.value === 'signIn') void closeUnless(stays);
    if (!leading.value) return;
    for (const caller of waiting) {
      const news = !met.has(caller.key) || (leaving && seen.has(caller.key));
      if (news) untracked(() => void offer(caller));
    }
  });
}

/** They may allow or forbid it in the browser's settings meanwhile. */
function followPermission(): void {
  const permissions = navigator.permissions as Permissions | undefined;
  const follow = (status: PermissionStatus): void => {
    status.onchange = () => {
      permission.value = Notification.permission;
    };
  };
  void permissions?.query({ name: 'notifications' }).then(follow, () => undefined);
}

/** Who still waits; and, while somebody is signed in, what says that their answer came to nothing. */
const stays = (key: string, spent: boolean): boolean =>
  (spent && phase.peek() !== 'signIn') || calling.peek().some((caller) => caller.key === key);

async function offer(caller: Caller): Promise<void> {
  met.add(caller.key);
  seen.delete(caller.key);
  if (await anyPageInFront()) {
    seen.add(caller.key);
    return;
  }
  if (!met.has(caller.key) || permission.peek() !== 'granted' || answered(caller)) return;
  try {
    await raise(caller);
    // Over before the notification was there.
    if (!met.has(caller.key)) await closeUnless(stays);
  } catch (error) {
    // Some mobile browsers have the name but not the constructor; the flashing title stands in.
    console.warn('this browser shows no notification', error);
  }
}

/** They have answered, and the host has not confirmed it yet. */
const answered = ({ preview }: Caller): boolean => preview !== null && answers.peek().has(preview);

/** What the worker pressed in a notification. */
function obeyWorker(): void {
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  workers?.addEventListener('message', ({ data, ports }: MessageEvent<Answer | Show>) => {
    if (data.type === 'show') showCard(data.card);
    else ports[0]?.postMessage({ preview: data.preview, outcome: outcome(data) } satisfies Answered);
  });
  workers?.startMessages();
}

/** Only the preview that the notification was for is answered. */
function outcome({ preview: id, accept, redirect }: Answer): Answered['outcome'] {
  if (!live.value) return 'away';
  const open = previews.value.find((preview) => preview.id === id);
  // They agreed to the number that the notification showed, and to no other.
  const elsewhere = redirect !== undefined && redirect !== (open?.redirect ?? '');
  if (open === undefined) return 'over';
  if (accept && elsewhere) return 'moved';
  answer(id, accept);
  const given = answers.value.get(id);
  if (given === undefined) return 'away';
  return given === accept ? 'sent' : 'over';
}
