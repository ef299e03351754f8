/** A real browser for the whole path; screenshots go to `test-results/whole`, where a person should look at them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { startBrowser, WorkerPage } from '../page';

const folder = join(import.meta.dirname, '../../test-results/whole');

export interface Desks {
  /** The sign-in page in a browser of its own. */
  open(url: string): Promise<WorkerPage>;
  /** Takes a screenshot with this name. */
  picture(page: WorkerPage, name: string): Promise<void>;
}

/** One browser; what it complains of fails the test. */
export function desks(): Desks {
  let browser: Browser;
  const opened: WorkerPage[] = [];
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    browser = await startBrowser(true);
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    const complaints = opened.flatMap((page) => page.complaints);
    await Promise.all(browser.contexts().map((context) => context.close()));
    opened.length = 0;
    expect(complaints).toEqual([]);
  });
  return {
    open: async (url) => {
      const context = await browser.newContext({ locale: 'en-GB' });
      const page = await WorkerPage.open(context, url);
      opened.push(page);
      return page;
    },
    picture: async (page, name) => {
      await page.page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
    },
  };
}
