/**
 * A picture of each view in each look: `npm run looks -- FOLDER`, and after it the names of the views that are wanted, if not
 * all are.
 */
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { MockHost } from './mock-host.mjs';
import { looks, open, views } from './views.mjs';

const [folder, ...wanted] = process.argv.slice(2);
if (folder === undefined) throw new Error('say which folder the pictures go to: npm run looks -- FOLDER');
mkdirSync(folder, { recursive: true });

const host = await MockHost.start();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'] });
for (const look of looks) {
  for (const view of views.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const context = await browser.newContext(look.options);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await open(page, view, host, look);
    // What fades or moves has come to rest.
    await page.evaluate(() => Promise.allSettled(document.getAnimations().filter((one) => one.effect?.getTiming().iterations === 1).map((one) => one.finished)));
    await page.screenshot({ path: `${folder}/${view.name}-${look.name}.png`.replaceAll(' ', '-').replaceAll('%', 'percent') });
    await context.close();
    host.reset();
  }
}
await browser.close();
await host.stop();
