/**
 * Notifications with Accept and Decline, for pages that are not in front. What is pressed goes to an open page of the
 * worker: the session and its connection are the pages'. It fetches nothing and keeps nothing, so no page is ever old
 * because of it; and a newer version takes its place at once.
 */
import type { Answer, Answered, Known, Show } from './messages';

declare const self: ServiceWorkerGlobalScope;

/** A page that says nothing for so long is frozen: the next one is asked. */
const PATIENCE_MS = 1_500;

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim());
});
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(event.action === '' ? show(event.notification) : answer(event.notification, event.action === 'accept'));
});

/** The pages of the worker, the one that was used last first. */
const pages = () => self.clients.matchAll({ type: 'window', includeUncontrolled: true });

async function show({ data }: Notification): Promise<void> {
  const [page] = await pages();
  if (page === undefined) {
    await self.clients.openWindow('/');
    return;
  }
  page.postMessage({ type: 'show', card: (data as Known).card } satisfies Show);
  // A browser may know better than to let a page come to the front.
  await page.focus().catch(() => undefined);
}

async function answer({ data, tag, title }: Notification, accept: boolean): Promise<void> {
  const known = data as Known;
  if (known.preview === null) return;
  const outcome = await asked({ type: 'answer', preview: known.preview, accept, redirect: known.redirect });
  if (outcome === 'sent') return;
  const spent: Known = { ...known, preview: null, spent: true };
  await self.registration.showNotification(known.texts[outcome] ?? known.texts.over, { body: title, tag, data: spent });
}

/** The first page with a connection decides. */
async function asked(message: Answer): Promise<Answered['outcome']> {
  for (const page of await pages()) {
    const outcome = await heard(page, message);
    if (outcome !== 'away') return outcome;
  }
  return 'away';
}

function heard(page: WindowClient, message: Answer): Promise<Answered['outcome']> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => {
      resolve('away');
    }, PATIENCE_MS);
    port1.onmessage = ({ data }: MessageEvent<Answered>) => {
      if (data.preview !== message.preview) return;
      clearTimeout(timer);
      resolve(data.outcome);
    };
    page.postMessage(message, [port2]);
  });
}
