/**
 * Figures of the page's speed: what a browser loads, how long until a worker sees their desk, and the longest task while a
 * call with a thousand pairs is shown and changed. Printed, never judged: machines differ. `npm run bench`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { call, MockHost } from '../test/mock-host.mjs';

/** @typedef {import('playwright-core').Browser} Browser @typedef {import('playwright-core').Page} Page */

/** A processor so many times slower than this one. */
const SLOWER = [1, 4];
const TIMES = 7;
const PAIRS = 1_000;

const median = (/** @type {number[]} */ values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const figure = (/** @type {string} */ what, /** @type {string} */ value) => { console.warn(`${what.padEnd(58)} ${value}`); };
const kib = (/** @type {Buffer} */ content) => `${(gzipSync(content).length / 1024).toFixed(1).padStart(6)} KiB compressed`;

function sizes() {
  const read = (/** @type {string} */ name) => readFileSync(new URL(`../${name}`, import.meta.url));
  for (const folder of ['dist/assets', 'src/languages']) {
    const names = readdirSync(new URL(`../${folder}`, import.meta.url)).filter((name) => /\.(js|css|ftl)$/.test(name));
    for (const name of names) figure(`${folder}/${name}`, kib(read(`${folder}/${name}`)));
  }
  for (const name of ['dist/notifications.js', 'dist/extension/page.js']) figure(name, kib(read(name)));
}

/** Runs in the page before its own scripts: notes when the desk was first drawn. */
function watchDesk() {
  const look = () => {
    if (document.querySelector('#state[data-kind]:not([data-kind=unknown])') === null) requestAnimationFrame(look);
    // The frame after the one in which it is there: it has been drawn.
    else requestAnimationFrame(() => performance.mark('desk'));
  };
  requestAnimationFrame(look);
}

/** A worker's page in a browser that has loaded nothing yet. @param {Browser} browser @param {MockHost} host @param {number} slower */
async function opened(browser, host, slower) {
  const context = await browser.newContext({ locale: 'en-GB' });
  await context.request.post(`${host.url}api/v1/session`, { data: { user: 'kim', password: 'right' } });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slower });
  await page.addInitScript(watchDesk);
  await page.goto(host.url);
  await page.waitForFunction(() => performance.getEntriesByName('desk').length > 0);
  return page;
}

/** Milliseconds from the navigation to the first content, and to the worker's desk. @param {Page} page */
const firstRender = (page) =>
  page.evaluate(() => ({
    content: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
    desk: performance.getEntriesByName('desk')[0]?.startTime ?? NaN,
  }));

/** The longest task of the page's main thread during this, in milliseconds. @param {Browser} browser @param {Page} page @param {() => Promise<unknown>} work */
async function longestTask(browser, page, work) {
  await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline', 'devtools.timeline'] });
  await work();
  // What was drawn last is drawn.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  /** @type {{ traceEvents: { name: string; pid: number; tid: number; dur?: number; tdur?: number; args: { name?: string } }[] }} */
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const main = traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`);
  const tasks = traceEvents.filter(({ name, pid, tid }) => name.endsWith('RunTask') && main.includes(`${pid} ${tid}`));
  // Time of the processor, where the browser tells it: others may be at work on this machine.
  return Math.max(0, ...tasks.map(({ dur = 0, tdur = dur }) => tdur / 1_000));
}

/** @param {number} change @returns {import('../src/frames').Call} */
const large = (change) =>
  call({ data: Array.from({ length: PAIRS }, (_, index) => ({ key: `Key.${index}`, value: `Value ${index} ${index % 10 === 0 ? change : ''}` })) });

/** @param {Browser} browser @param {MockHost} host @param {number} slower */
async function tasks(browser, host, slower) {
  const page = await opened(browser, host, slower);
  const rows = (/** @type {number} */ count) => page.waitForFunction((count) => document.querySelectorAll('[data-call] tbody tr').length >= count, count);
  const value = (/** @type {number} */ change) => page.getByText(`Value 0 ${change}`, { exact: true }).waitFor();
  const tell = async (/** @type {number} */ change) => {
    host.tell({ type: 'call', ...large(change) });
    await value(change);
  };
  const step = async (/** @type {string} */ what, /** @type {() => Promise<unknown>} */ work) => {
    figure(`longest task at 1/${slower} speed: ${what}`, `${(await longestTask(browser, page, work)).toFixed(1).padStart(6)} ms`);
  };
  await step(`a call with ${PAIRS} pairs comes`, () => tell(1));
  await step('a hundred of its pairs change', () => tell(2));
  await step('the worker unfolds them', async () => {
    await page.locator('[data-call] .more[aria-expanded=false]').first().click();
    await rows(PAIRS);
  });
  await step('a hundred of them change in sight', () => tell(3));
  await page.context().close();
}

const host = await MockHost.start();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'] });
const processors = cpus();
figure('machine', `${processors.length} x ${processors[0]?.model ?? 'unknown'}; Chromium ${browser.version()}; load ${(loadavg()[0] ?? NaN).toFixed(1)}`);
sizes();
for (const slower of SLOWER) {
  const renders = [];
  for (let time = 0; time < TIMES; time++) {
    const page = await opened(browser, host, slower);
    renders.push(await firstRender(page));
    await page.context().close();
  }
  figure(`first content at 1/${slower} speed, median of ${TIMES}`, `${median(renders.map(({ content }) => content)).toFixed(0).padStart(6)} ms`);
  figure(`the worker's desk at 1/${slower} speed, median of ${TIMES}`, `${median(renders.map(({ desk }) => desk)).toFixed(0).padStart(6)} ms`);
}
for (const slower of SLOWER) {
  host.picture.calls = [];
  await tasks(browser, host, slower);
}
await browser.close();
await host.stop();
