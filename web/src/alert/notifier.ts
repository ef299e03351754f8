/** Shows and closes notifications: by the service worker, with Accept and Decline; without one, plain ones. */

import type { Known } from '../service-worker/messages';
import { t } from '../text/language';
import type { Caller } from './calling';
import { headline } from './headline';

/** A service worker that is not ready by then is not waited for. */
const READY_MS = 2_000;

let worker: ServiceWorkerRegistration | null = null;
let starting: Promise<void> | null = null;
let turn = Promise.resolve();
const plain = new Map<string, Notification>();

/** Registers the service worker, once. Browsers have none over plain HTTP, but at localhost. */
export function startWorker(): Promise<void> {
  starting ??= begin();
  return starting;
}

async function begin(): Promise<void> {
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (workers === undefined || !isSecureContext) return;
  try {
    await workers.register('/notifications.js', { updateViaCache: 'none' });
    const late = new Promise<null>((resolve) => setTimeout(() => { resolve(null); }, READY_MS));
    worker = await Promise.race([workers.ready, late]);
  } catch (error) {
    console.warn('there is no service worker, so notifications have no buttons', error);
  }
}

/** The host may be a newer one, with a newer service worker. */
export const renewWorker = (): void => {
  // It stays as it is where the host does not answer.
  worker?.update().catch(() => undefined);
};

/** One after the other, and in one tab: Chromium forgets a notification that is on its way while somebody asks for all there are. */
function inTurn(work: () => Promise<void>): Promise<void> {
  const done = turn.then(work);
  turn = done.catch(() => undefined);
  return done;
}

export const raise = (caller: Caller): Promise<void> =>
  inTurn(async () => {
    await startWorker();
    if (worker === null) raisePlain(caller);
    else await worker.showNotification(headline(caller), { ...optionsOf(caller), ...actionsOf(caller) });
  });

function raisePlain(caller: Caller): void {
  const notification = new Notification(headline(caller), optionsOf(caller));
  plain.set(caller.key, notification);
  notification.onclick = () => {
    window.focus();
    showCard(caller.card);
    notification.close();
  };
}

/** Closes what is not to stay, whether this tab raised it or one that is gone. Asked at the last moment: who waits may have changed. */
export const closeUnless = (stays: (key: string, spent: boolean) => boolean): Promise<void> =>
  inTurn(async () => {
    for (const [key, notification] of plain) {
      if (stays(key, false)) continue;
      notification.close();
      plain.delete(key);
    }
    await starting;
    for (const notification of (await worker?.getNotifications()) ?? []) {
      if (!stays(notification.tag, (notification.data as Known).spent)) notification.close();
    }
  });

export const showCard = (card: string): void => document.querySelector<HTMLElement>(card)?.focus();

function optionsOf({ key, preview, notes, redirect, card }: Caller): NotificationOptions {
  const texts = { over: t('notify-over'), moved: t('refused-previewRedirected'), away: t('notify-away') };
  const place = redirect === '' ? [] : [t('preview-redirect', { number: redirect })];
  const body = [...place, ...(notes === '' ? [] : [notes])].join('\n');
  return { body, tag: key, requireInteraction: true, data: { preview, redirect, card, texts, spent: false } satisfies Known };
}

/** Not in every browser, and not in TypeScript's library. */
const actionsOf = ({ preview }: Caller): object =>
  preview === null
    ? {}
    : {
        actions: [
          { action: 'accept', title: t('preview-accept') },
          { action: 'decline', title: t('preview-decline') },
        ],
      };
