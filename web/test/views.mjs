/**
 * Every view of the page, and the looks that it has: for pictures (`npm run looks`) and for what finds faults in them.
 * Found by what is no text, so that a view comes in every language.
 */
import { chat, line } from './mock-chats.mjs';
import { call, consult, preview } from './mock-host.mjs';
import { outcome } from './mock-outcomes.mjs';
import { targets } from './targets.mjs';

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {import('playwright-core').BrowserContextOptions} BrowserContextOptions
 * @typedef {import('./mock-host.mjs').MockHost} MockHost
 *
 * @typedef {object} Look
 * @property {string} name
 * @property {BrowserContextOptions} options
 * @property {string} [language]
 * @property {string} [text] The size of the text.
 *
 * @typedef {object} View
 * @property {string} name
 * @property {boolean} [stranger] Nobody is signed in.
 * @property {boolean} [hurries] What it shows is over within seconds.
 * @property {(host: MockHost) => void} [before] What the host has when the page opens.
 * @property {(page: Page, host: MockHost) => Promise<void>} show From the page as it opens to the view.
 */

const wide = { width: 1280, height: 900 };

/** @type {readonly Look[]} */
export const looks = [
  { name: 'light', options: { viewport: wide, colorScheme: 'light' } },
  { name: 'dark', options: { viewport: wide, colorScheme: 'dark' } },
  { name: 'forced colours', options: { viewport: wide, forcedColors: 'active' } },
  { name: '320 px', options: { viewport: { width: 320, height: 900 } } },
  { name: '200 %', options: { viewport: wide }, text: '200%' },
  { name: 'Arabic', options: { viewport: wide, locale: 'ar' }, language: 'ar' },
];

/** A page that is open gets another look, in the language that it has. @param {Page} page @param {Look} look */
export async function wear(page, { options, text }) {
  const { colorScheme = 'light', forcedColors = 'none', viewport } = options;
  await page.emulateMedia({ colorScheme, forcedColors });
  if (viewport) await page.setViewportSize(viewport);
  await page.evaluate((size) => { document.documentElement.style.fontSize = size; }, text ?? '');
}

/** Until a control takes input; then presses it. @param {Page} page @param {string} selector */
const press = (page, selector) => page.locator(`${selector}:not([data-fresh])`).first().click();

/** @param {Page} page @param {string} selector */
const there = (page, selector) => page.locator(selector).first().waitFor();

/** @param {Page} page @param {string} password */
async function enter(page, password) {
  await page.locator('input[name=user]').fill('kim');
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
}

/** The page of somebody who signs in, if the view wants that. @param {Page} page @param {View} view @param {MockHost} host @param {Look} look */
export async function open(page, view, host, look) {
  host.picture.person.language = look.language ?? 'en';
  view.before?.(host);
  await page.goto(host.url);
  await there(page, 'input[name=user]');
  if (look.text !== undefined) await page.evaluate((size) => { document.documentElement.style.fontSize = size; }, look.text);
  if (view.stranger !== true) {
    await enter(page, 'right');
    await there(page, '#state[data-kind]:not([data-kind=unknown])');
  }
  await view.show(page, host);
}

const data = [
  { key: 'Customer', value: 'Ada Lovelace' },
  { key: 'Order', value: '4711', link: 'https://crm.example.com/order/4711', edit: true },
  { key: 'Segment', value: 'Gold', edit: true },
  { key: 'Story', value: 'They wrote twice about the invoice of May, and waited for an answer since.' },
];
const second = { connId: '00c4000000000002', parties: ['+49 30 7060'], subject: '' };

/** @type {readonly View[]} */
export const views = [
  { name: 'sign-in', stranger: true, show: () => Promise.resolve() },
  {
    name: 'sign-in refused',
    stranger: true,
    show: async (page) => {
      await enter(page, 'wrong');
      await there(page, '.form-error');
    },
  },
  { name: 'first visit', show: () => Promise.resolve() },
  {
    name: 'menu',
    show: async (page) => {
      await page.locator('#state').click();
      await there(page, '[role=menu]');
    },
  },
  {
    name: 'preview',
    hurries: true,
    show: async (page, host) => {
      host.tell({ type: 'previewOffer', ...preview({ broadcast: true }) });
      await there(page, '[data-preview]');
    },
  },
  {
    name: 'two previews',
    hurries: true,
    show: async (page, host) => {
      host.tell({ type: 'previewOffer', ...preview({ redirect: '+49 711 12345' }) });
      host.tell({ type: 'previewOffer', ...preview({ id: 18, mediaType: 'chat', length: 9_000, caller: '', notes: '' }) });
      await there(page, '[data-preview="18"]');
    },
  },
  {
    name: 'outcome',
    show: async (page, host) => {
      host.tell({ type: 'outcome', ...outcome() });
      host.tell({ type: 'outcome', ...outcome({ id: 2, about: 'missed', caller: '', note: 0 }) });
      host.tell({ type: 'outcome', ...outcome({ id: 3, about: 'declined', codes: [], waits: true }) });
      await there(page, '[data-about=declined]');
      await page.locator('[data-about=call] textarea').fill('x'.repeat(170));
    },
  },
  {
    name: 'outcome of a call that goes on',
    show: async (page, host) => {
      host.tell({ type: 'call', ...call() });
      host.tell({ type: 'outcome', ...outcome({ over: false }) });
      await page.locator('[data-about=call] button').click();
      await there(page, '.outcome-form');
    },
  },
  {
    name: 'ringing',
    show: async (page, host) => {
      host.tell({ type: 'call', ...call({ state: 'ringing', buttons: ['answer', 'redirect'] }) });
      await there(page, '[data-button=answer]');
    },
  },
  {
    name: 'call',
    show: async (page, host) => {
      host.tell({ type: 'call', ...call({ data, add: ['Result'], more: 12 }) });
      await press(page, '[data-key=Segment] button');
      await there(page, '.data-edit');
    },
  },
  {
    name: 'consult pair',
    show: async (page, host) => {
      host.tell({ type: 'call', ...call({ state: 'held', buttons: ['retrieve', 'release'] }) });
      host.tell({ type: 'call', ...consult() });
      await press(page, '.seldom .more');
      await press(page, '[data-button=digits]');
    },
  },
  {
    name: 'conference',
    show: async (page, host) => {
      host.tell({ type: 'call', ...call({ parties: ['+49 30 1234567', '7099', '7003'], muted: true, buttons: ['hold', 'release', 'unmute', 'conference', 'digits'] }) });
      await there(page, '[data-call]');
    },
  },
  {
    name: 'chats',
    show: async (page, host) => {
      const lines = ['Good morning, I have a question on the invoice of May.', 'Of course. Which number does it have?', 'https://example.com/a-very-long-address-that-does-not-break-anywhere/4711'];
      host.tell({ type: 'chat', ...chat({ escalation: { state: 'refused', words: 'busy' }, missing: 2, outbox: [{ id: 'k', text: 'One moment', refused: true, words: 'invalid attribute value' }] }) });
      host.tell({ type: 'chat', ...chat({ ...second, unread: 3 }) });
      host.says(host.picture.chats[0] ?? chat(), lines.map((text, index) => line(index + 1, { text, own: index === 1 })));
      await there(page, '[data-chat-own=refused]');
      await there(page, '[data-chat-line]');
    },
  },
  {
    name: 'chat over',
    show: async (page, host) => {
      host.says(chat({ state: 'dnGone', until: Date.now() + 60_000 }), [line(1), line(2, { own: true })]);
      await there(page, '[data-chat-state=dnGone] [data-chat-line]');
    },
  },
  {
    name: 'search',
    before: (host) => { host.targets = targets(); },
    show: async (page) => {
      await press(page, '[data-button=dial]');
      await page.keyboard.type('b');
      await there(page, '[role=option]');
    },
  },
  {
    name: 'transfer',
    before: (host) => { host.targets = targets(); },
    show: async (page, host) => {
      host.tell({ type: 'call', ...call({ buttons: ['hold', 'transfer', 'consultTransfer', 'release'] }) });
      await press(page, '[data-button=transfer]');
      await page.keyboard.type('billing');
      await page.locator('[role=option]').first().click();
      await there(page, '[data-chosen]');
    },
  },
  {
    name: 'settings',
    show: async (page) => {
      await page.locator('#tab-settings').click();
      await there(page, '.alerts');
    },
  },
  {
    name: 'check',
    show: async (page) => {
      await page.locator('[data-hint=check] button').first().click();
      await page.locator('dialog[open] .check button').first().click();
      await there(page, '.check .actions');
    },
  },
  {
    name: 'shortcuts',
    show: async (page) => {
      await page.keyboard.press('?');
      await there(page, 'dialog[open]');
    },
  },
  {
    name: 'help and outside number',
    before: (host) => {
      host.helpUrl = 'https://help.example/';
      host.picture.redirect = { number: '+49 711 12345', on: true, locked: false };
    },
    show: (page) => there(page, '.redirect'),
  },
  {
    name: 'previews of the day',
    show: async (page, host) => {
      for (const [index, end] of /** @type {const} */ (['accepted', 'rejected', 'takenByAnother', 'timedOut', 'cancelled', 'callerGone']).entries()) {
        host.tell({ type: 'previewOffer', ...preview({ id: index, notes: '' }) });
        host.tell({ type: 'previewEnd', id: index, end, text: '' });
      }
      await there(page, '.badge');
      await page.locator('#tab-past').click();
      await there(page, '[data-past="0"]');
    },
  },
  {
    name: 'errors',
    show: async (page, host) => {
      host.tell({ type: 'call', ...call() });
      await press(page, '[data-button=transfer]');
      await there(page, 'form.transfer input');
      await page.keyboard.press('Enter');
      await there(page, '.form-error');
      host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'The switch refused it.' });
      host.tell({ type: 'callEnd', connId: '0000000000000001', dn: '7001', ending: 'unreachable' });
      await there(page, '[data-notice]');
    },
  },
  {
    name: 'missed',
    before: (host) => { host.picture.missed = 2; },
    show: (page) => there(page, '[data-banner=missed]'),
  },
  {
    name: 'logged out',
    before: (host) => {
      Object.assign(host.picture, { state: { id: 'predefLoggedOut', icon: '', text: 'Logged out', kind: 'loggedOut' }, logIn: true, logOut: false });
    },
    show: () => Promise.resolve(),
  },
  {
    name: 'offline',
    show: async (page, host) => {
      host.tell({ type: 'call', ...call() });
      await there(page, '[data-call]');
      host.down = true;
      host.drop();
      await there(page, '[data-banner=lost]');
    },
  },
  {
    name: 'outdated',
    show: async (page, host) => {
      host.raw('{}');
      await there(page, '[data-banner=outdated]');
    },
  },
  {
    name: 'signed out',
    show: async (page, host) => {
      host.tell({ type: 'signedOut', why: 'expired' });
      await there(page, '.form-note');
    },
  },
];
