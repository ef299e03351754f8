/** Notifications while no page is in front: with Accept and Decline where there is a service worker, plain ones elsewhere. */

import { describe, expect, it } from 'vitest';
import { call, preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';

const on = stage(true);
const offer = (id = 17): void => {
  on.host.tell({ type: 'previewOffer', ...preview({ id }) });
};
const over = (id = 17): void => {
  on.host.tell({ type: 'previewEnd', id, end: 'cancelled', text: '' });
};
/** The page goes behind another window, and its other tabs know. */
async function leave(kim: WorkerPage): Promise<void> {
  await kim.page.evaluate(() => {
    document.hasFocus = () => false;
    dispatchEvent(new Event('blur'));
    // The browser forgets what is on its way while it is asked for all there are.
    // Called with its registration below.
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const show = ServiceWorkerRegistration.prototype.showNotification;
    ServiceWorkerRegistration.prototype.showNotification = async function (...what) {
      await show.apply(this, what);
      Object.assign(window, { raised: ((window as unknown as Counted).raised ?? 0) + 1 });
    };
  });
  await becomes(() => kim.page.evaluate(async () => (await navigator.locks.query()).held?.some(({ name }) => name === 'uc-front')), false);
}

/** A worker whose page is behind another window. */
async function away(): Promise<WorkerPage> {
  const kim = await on.worker({ permissions: ['notifications'] });
  await becomes(() => kim.page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state), 'activated');
  await leave(kim);
  return kim;
}

interface Counted {
  raised?: number;
}

/** Until the page has raised so many. */
const raised = (kim: WorkerPage, count: number) => becomes(() => kim.page.evaluate(() => (window as unknown as Counted).raised ?? 0), count);

/** What is shown: tag, title and buttons. */
const shown = (kim: WorkerPage) => () =>
  kim.page.evaluate(async () => {
    const all = (await (await navigator.serviceWorker.getRegistration())?.getNotifications()) ?? [];
    return all.map((one) => [one.tag, one.title, ...((one as unknown as { actions: { title: string }[] }).actions.map(({ title }) => title))].join(' | '));
  });

const bodies = (kim: WorkerPage) => () =>
  kim.page.evaluate(async () => {
    const all = (await (await navigator.serviceWorker.getRegistration())?.getNotifications()) ?? [];
    return all.map(({ body }) => body);
  });

/** Presses a button of a notification, or the notification itself, as the browser tells the service worker. */
async function press(kim: WorkerPage, tag: string, action: 'accept' | 'decline' | ''): Promise<void> {
  const [worker] = kim.page.context().serviceWorkers();
  await worker?.evaluate(
    async ({ tag, action }) => {
      const scope = self as unknown as { registration: ServiceWorkerRegistration };
      const [notification] = await scope.registration.getNotifications({ tag });
      const NotificationEvent = (self as unknown as { NotificationEvent: new (type: string, init: object) => Event }).NotificationEvent;
      const event = new NotificationEvent('notificationclick', { notification, action });
      // Only an event of the browser can be waited for.
      let work: Promise<unknown> = Promise.resolve();
      Object.assign(event, { waitUntil: (promise: Promise<unknown>) => { work = promise; } });
      self.dispatchEvent(event);
      await work;
    },
    { tag, action },
  );
}

const FROM = 'preview-17 | Call from +49 30 1234567';

describe('a notification of the service worker', () => {
  it('comes from the tab that has its host, when the one that raised them before has lost it', async () => {
    const kim = await away();
    const second = await on.tabOf(kim);
    await second.settled();
    await leave(second);
    on.host.mostPages = 1;
    await kim.page.evaluate(() => dispatchEvent(new Event('offline')));
    await kim.saysLost();
    offer();
    await raised(second, 1);
    await becomes(shown(second), [`${FROM} | Accept | Decline`]);
  });

  it('comes as soon as it is allowed in the settings of the browser', async () => {
    const kim = await on.worker();
    await kim.page.context().grantPermissions(['notifications']);
    await becomes(() => kim.page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state), 'activated');
    await leave(kim);
    offer();
    await raised(kim, 1);
    await becomes(shown(kim), [`${FROM} | Accept | Decline`]);
  });

  it('comes for a preview that was open when the page was left, and not before', async () => {
    const kim = await on.worker({ permissions: ['notifications'] });
    await becomes(() => kim.page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state), 'activated');
    offer();
    await kim.page.locator('[data-preview="17"]').waitFor();
    expect(await shown(kim)()).toEqual([]);
    await leave(kim);
    await raised(kim, 1);
    await becomes(shown(kim), [`${FROM} | Accept | Decline`]);
    over();
    await becomes(shown(kim), []);
  });

  it('agrees to the number that it showed, and to no other', async () => {
    const kim = await away();
    on.host.tell({ type: 'previewOffer', ...preview({ redirect: '+4930111' }) });
    await raised(kim, 1);
    on.host.picture.previews = [preview({ redirect: '+4930222' })];
    on.host.tell({ type: 'snapshot', ...on.host.picture, serverTime: Date.now() });
    await kim.preview().getByText('+4930222').waitFor();
    await press(kim, 'preview-17', 'accept');
    await becomes(shown(kim), ['preview-17 | Where the call goes has changed. Look at the preview and accept it again.']);
    await becomes(bodies(kim), ['Call from +49 30 1234567']);
    expect(on.host.received.filter(({ type }) => type === 'previewAnswer')).toEqual([]);
  });

  it('has Accept and Decline, goes with the preview, and the title flashes', async () => {
    const kim = await away();
    const before = await kim.page.title();
    offer();
    await raised(kim, 1);
    await becomes(shown(kim), [`${FROM} | Accept | Decline`]);
    await expect.poll(() => kim.page.title()).toContain('+49 30 1234567');
    over();
    await becomes(shown(kim), []);
    await becomes(() => kim.page.title(), before);
  });

  it.each([['accept', true], ['decline', false]] as const)('answers the preview it is for, and no other: %s', async (action, accept) => {
    const kim = await away();
    offer(16);
    offer();
    await raised(kim, 2);
    await press(kim, 'preview-17', action);
    await heard(on.host, { type: 'previewAnswer', id: 17, accept });
    await kim.previewGone(17);
    await kim.preview(16).waitFor();
    expect(on.host.received.filter(({ type }) => type === 'previewAnswer').length).toBe(1);
    await becomes(async () => (await shown(kim)()).length, 1);
  });

  it('says so when the preview is over', async () => {
    const kim = await away();
    offer();
    await raised(kim, 1);
    await becomes(shown(kim), [`${FROM} | Accept | Decline`]);
    // The preview ends while the finger is on the button.
    await kim.page.evaluate(() => { ServiceWorkerRegistration.prototype.getNotifications = () => Promise.resolve([]); });
    over();
    await kim.previewGone();
    const second = await on.tabOf(kim);
    await press(kim, 'preview-17', 'accept');
    await becomes(shown(second), ['preview-17 | Too late: this preview has ended.']);
    expect(on.host.received.filter(({ type }) => type === 'previewAnswer')).toEqual([]);
    await kim.page.close();
    await second.signOut();
    await becomes(shown(second), []);
  });

  it('says so when no page is connected', async () => {
    const kim = await away();
    offer();
    await raised(kim, 1);
    await becomes(shown(kim), [`${FROM} | Accept | Decline`]);
    on.host.down = true;
    on.host.drop();
    await kim.saysLost();
    await press(kim, 'preview-17', 'accept');
    await becomes(shown(kim), ['preview-17 | Not answered: none of your pages is connected. Open the page.']);
  });

  it('leads to the card, has no buttons for a call, and is raised once by two tabs', async () => {
    const kim = await away();
    const second = await on.tabOf(kim);
    await second.settled();
    await leave(second);
    on.host.tell({ type: 'call', ...call({ state: 'ringing', buttons: ['answer'] }) });
    await kim.callIs('ringing');
    await raised(kim, 1);
    await becomes(async () => (await shown(kim)()).map((one) => one.split(' | ').slice(1)), [['Call from +49 30 1234567']]);
    const [tag = ''] = ((await shown(kim)())[0] ?? '').split(' | ');
    await press(kim, tag, '');
    await expect.poll(async () => (await Promise.all([kim, second].map((page) => page.page.locator('[data-call]:focus').count()))).includes(1)).toBe(true);
  });

  it('is not raised while another tab of the worker is in front', async () => {
    const kim = await away();
    const second = await on.tabOf(kim);
    await second.settled();
    offer();
    await Promise.all([kim.preview().waitFor(), second.preview().waitFor()]);
    over();
    await kim.previewGone();
    expect(await shown(kim)()).toEqual([]);
  });

  it('is closed when the tab that raised it is gone', async () => {
    const kim = await away();
    const second = await on.tabOf(kim);
    await second.settled();
    await leave(second);
    offer();
    await raised(kim, 1);
    await becomes(shown(kim), [`${FROM} | Accept | Decline`]);
    await kim.page.close();
    over();
    await becomes(shown(second), []);
  });
});

describe('the service worker', () => {
  it('of yesterday gives way to that of a newer host, and keeps no page', async () => {
    const kim = await away();
    await kim.page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      Object.assign(window, { yesterday: registration?.active });
    });
    on.host.build = '\n// of today';
    on.host.drop();
    await becomes(() => kim.page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration();
      return registration?.active?.state === 'activated' && registration.active !== (window as unknown as { yesterday: unknown }).yesterday;
    }), true, 10_000);
    expect(await kim.page.evaluate(() => caches.keys())).toEqual([]);
  });

  it('that there is none leaves plain notifications', async () => {
    const kim = await on.worker({ permissions: ['notifications'] });
    await kim.page.addInitScript(withoutWorker);
    await kim.page.reload();
    await kim.settled();
    await leave(kim);
    offer();
    await becomes(() => kim.page.evaluate(plain), ['show preview-17']);
    over();
    await becomes(() => kim.page.evaluate(plain), ['show preview-17', 'close preview-17']);
  });
});

const plain = (): string[] => (window as unknown as { shown: string[] }).shown;

/** As over plain HTTP; a double notes the notifications of the page itself. */
function withoutWorker(): void {
  Object.defineProperty(navigator, 'serviceWorker', { value: undefined });
  const shown: string[] = [];
  Object.assign(window, { shown });
  class Double {
    static permission = 'granted';
    onclick = null;
    constructor(
      readonly title: string,
      readonly options: { tag: string },
    ) {
      shown.push(`show ${options.tag}`);
    }
    close(): void {
      shown.push(`close ${this.options.tag}`);
    }
  }
  Object.assign(window, { Notification: Double });
}
