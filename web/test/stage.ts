/** What every browser test stands on: one browser, one simulated host, a fresh context for each test. */

import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { ClientFrame } from '../src/frames';
import { MockHost } from './mock-host.mjs';
import { startBrowser, WorkerPage } from './page';

export interface Stage {
  readonly host: MockHost;
  /** A new browser of a worker who is signed in. */
  worker(options?: BrowserContextOptions): Promise<WorkerPage>;
  /** A new browser at the sign-in page. */
  stranger(options?: BrowserContextOptions): Promise<WorkerPage>;
  /** One more tab in the browser of a worker. */
  tabOf(worker: WorkerPage): Promise<WorkerPage>;
}

/** `whole`: in a browser with notifications. */
export function stage(whole = false): Stage {
  let browser: Browser;
  let host: MockHost;
  const opened: WorkerPage[] = [];

  beforeAll(async () => {
    [browser, host] = await Promise.all([startBrowser(whole), MockHost.start()]);
  });
  afterAll(async () => {
    await browser.close();
    await host.stop();
  });
  afterEach(async () => {
    const complaints = opened.flatMap((page) => page.complaints);
    await Promise.all(browser.contexts().map((context) => context.close()));
    opened.length = 0;
    host.reset();
    expect(complaints).toEqual([]);
  });

  const opening = async (context: BrowserContext): Promise<WorkerPage> => {
    const page = await WorkerPage.open(context, host.url);
    opened.push(page);
    return page;
  };
  const stranger = async (options: BrowserContextOptions = {}): Promise<WorkerPage> => {
    const context = await browser.newContext({ locale: 'en-GB', ...options });
    return opening(context);
  };
  const worker = async (options: BrowserContextOptions = {}): Promise<WorkerPage> => {
    const page = await stranger(options);
    await page.signIn('kim', 'right');
    return page;
  };
  return {
    get host() {
      return host;
    },
    stranger,
    worker,
    tabOf: (worker) => opening(worker.page.context()),
  };
}

/** Waits until the host has heard this. */
export const heard = (host: MockHost, frame: ClientFrame): Promise<void> =>
  expect.poll(() => host.received, { timeout: 5_000 }).toContainEqual(frame);

/** Waits until a number of the page is this. */
export const becomes = (read: () => unknown, value: unknown, timeout = 5_000): Promise<void> =>
  expect.poll(read, { timeout, interval: 20 }).toEqual(value);
