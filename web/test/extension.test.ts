import { readFileSync } from 'node:fs';
import { parse } from 'acorn';
import { describe, expect, it } from 'vitest';
import { tags } from './language-files.mjs';
import { misfits } from './misfits';
import { call, consult, preview } from './mock-host.mjs';
import { WorkerPage } from './page';
import { heard, stage } from './stage';

const on = stage();
/** Until what is on the page has stood there long enough to be pressed. */
const still = (kim: WorkerPage) => kim.page.locator('#page:not([data-fresh])').waitFor();
const script = readFileSync(new URL('../dist/extension/page.js', import.meta.url), 'utf8');

/** Takes away what Internet Explorer 11 does not have. What the page calls all the same is an error of the page. */
function likeAnOldBrowser(): void {
  const gone: [object, string[]][] = [
    [window, ['fetch', 'Promise', 'Symbol', 'Proxy', 'Reflect', 'URL', 'URLSearchParams', 'AbortController', 'BroadcastChannel', 'queueMicrotask']],
    [Object, ['assign', 'entries', 'values', 'fromEntries', 'hasOwn', 'is', 'getOwnPropertySymbols', 'getOwnPropertyDescriptors']],
    [Array, ['from', 'of']],
    [Array.prototype, ['find', 'findIndex', 'includes', 'flat', 'flatMap', 'at', 'fill', 'keys', 'values', 'entries']],
    [String.prototype, ['includes', 'startsWith', 'endsWith', 'padStart', 'padEnd', 'repeat', 'at', 'replaceAll', 'trimEnd']],
    [Number, ['isInteger', 'isSafeInteger', 'isFinite', 'isNaN']],
    [NodeList.prototype, ['forEach']],
    [Element.prototype, ['append', 'prepend', 'remove', 'closest', 'matches', 'replaceChildren', 'replaceWith', 'toggleAttribute']],
  ];
  for (const [owner, names] of gone) for (const name of names) Reflect.deleteProperty(owner, name);
}

/** The extension window of a worker who is signed in, as wide and high as the client makes it. */
async function extension(width: number, height: number, old = true): Promise<WorkerPage> {
  const kim = await on.stranger({ viewport: { width, height } });
  if (old) await kim.page.addInitScript(likeAnOldBrowser.toString().replace('Reflect.deleteProperty(owner, name)', 'delete owner[name]') + ';likeAnOldBrowser()');
  await kim.page.goto(`${on.host.url}extension/`);
  await kim.page.getByLabel('User name').fill('kim');
  await kim.page.getByLabel('Password').fill('right');
  await kim.page.getByRole('button', { name: 'Sign in' }).click();
  await kim.page.locator('#state[data-kind=ready]').waitFor();
  return kim;
}

describe('the page for the extension window', () => {
  it('is ECMAScript 5 in every byte', () => {
    expect(() => parse(script, { ecmaVersion: 5, sourceType: 'script' })).not.toThrow();
    expect(() => parse('const newer = () => 1', { ecmaVersion: 5 })).toThrow();
  });

  it.each([[300, 200], [400, 600], [800, 600]])('fits %d x %d and answers without scrolling', async (width, height) => {
    const kim = await extension(width, height);
    on.host.tell({ type: 'previewOffer', ...preview({ broadcast: true }) });
    const accept = kim.page.getByRole('button', { name: 'Accept' });
    await accept.waitFor();
    on.host.tell({ type: 'call', ...call() });
    await kim.page.getByRole('button', { name: 'Hang up' }).waitFor();
    if (process.env.SCREENSHOTS !== undefined) await kim.page.screenshot({ path: `${process.env.SCREENSHOTS}/${width}x${height}.png` });
    for (const part of await kim.page.locator('#page *:visible').all()) {
      const box = await part.boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
    }
    const box = await accept.boundingBox();
    expect((box?.y ?? height) + (box?.height ?? 0)).toBeLessThan(height);
    await still(kim);
    await accept.click();
    await heard(on.host, { type: 'previewAnswer', id: 17, accept: true });
    await kim.page.getByText('will be put through to you').waitFor();
  });

  it('shows business data by the site’s names, under its headings, with what is left out', async () => {
    on.host.picture.form = { fields: [{ key: 'Order', label: 'Purchase', group: 'Case' }], foldOthers: true };
    const kim = await extension(400, 600, false);
    expect(on.host.query).toBe('window=extension');
    const link = 'https://crm.example.com/order/4711';
    const script = { key: '<img src=x>', value: '<b>x</b>', link: 'javascript:document.title=1' };
    on.host.tell({ type: 'call', ...call({ data: [{ key: 'Order', value: '4711', link, edit: true }, { ...script, cut: 12 }], more: 3, add: ['Result'] }) });
    await kim.page.locator('.facts').waitFor();
    expect(await kim.page.locator('.facts > *').allTextContents()).toEqual(['Case', 'Purchase', '4711 crm.example.com', 'Other data', '<img src=x>', '<b>x</b> Characters not shown: 12', 'Entries not shown: 3']);
    const leads = kim.page.locator('.facts a');
    expect([await leads.count(), await leads.getAttribute('href'), await leads.getAttribute('rel')]).toEqual([1, link, 'noopener noreferrer']);
    expect(await kim.page.locator('.facts img, .facts b, .facts button').count()).toBe(0);
  });

  it('chooses a state and controls a call', async () => {
    const kim = await extension(400, 600);
    await kim.page.getByLabel('Your state').selectOption('Lunch');
    await heard(on.host, { type: 'choose', state: 'lunch' });
    await kim.page.locator('#state[data-kind=notReady]').waitFor();
    on.host.tell({ type: 'call', ...call() });
    await kim.page.getByRole('button', { name: 'Hold' }).waitFor();
    await still(kim);
    await kim.page.getByRole('button', { name: 'Hold' }).click();
    await heard(on.host, { type: 'call', button: 'hold', connId: '006a02a3f1b2c3d5', dn: '7001', state: 'established' });
  });

  it('completes a transfer, and leaves what asks for a number to the page in the browser', async () => {
    const kim = await extension(300, 400);
    on.host.tell({ type: 'call', ...call({ state: 'held', buttons: ['transfer', 'consultTransfer', 'digits', 'release'] }) });
    on.host.tell({ type: 'call', ...consult({ buttons: ['completeTransfer', 'digits'] }) });
    await kim.page.getByRole('button', { name: 'Complete transfer' }).waitFor();
    expect(await kim.page.locator('.call button').count()).toBe(2);
    await still(kim);
    await kim.page.getByRole('button', { name: 'Complete transfer' }).click();
    const { connId, dn } = consult();
    await heard(on.host, { type: 'call', button: 'completeTransfer', connId, dn, state: 'established' });
  });

  it('shows no state while the host is away, and is right again when it is back', async () => {
    const kim = await extension(300, 200);
    on.host.down = true;
    on.host.drop();
    await kim.page.locator('#state[data-kind=unknown]').waitFor();
    await kim.page.getByText('connection to the host is lost').waitFor();
    on.host.down = false;
    await kim.page.locator('#state[data-kind=ready]').waitFor();
  });

  it('asks to sign in again when the session has ended, and says why it refuses', async () => {
    const kim = await extension(300, 200);
    on.host.tell({ type: 'signedOut', why: 'expired' });
    await kim.page.getByText('for as long as this site allows').waitFor();
    await kim.page.getByLabel('User name').fill('kim');
    await kim.page.getByLabel('Password').fill('wrong');
    await kim.page.getByRole('button', { name: 'Sign in' }).click();
    await kim.page.getByRole('alert').filter({ hasText: 'not right' }).waitFor();
  });

  it('speaks the language of the worker, with what the site says, from right to left where that is how it is read', async () => {
    on.host.texts.ar = 'preview-accept = موافق\npreview-decline =\n    { $seconds ->\n       *[other] لا\n    }\n';
    const kim = await extension(300, 200);
    on.host.picture.person.language = 'ar';
    on.host.drop();
    await kim.page.locator('html[lang=ar][dir=rtl]').waitFor();
    on.host.tell({ type: 'previewOffer', ...preview({ broadcast: true }) });
    await kim.page.getByRole('button', { name: 'موافق' }).waitFor();
    // What decides by a number is left out.
    await kim.page.getByRole('button', { name: 'رفض' }).waitFor();
    if (process.env.SCREENSHOTS !== undefined) await kim.page.screenshot({ path: `${process.env.SCREENSHOTS}/extension-ar.png` });
    for (const part of await kim.page.locator('#page *:visible').all()) {
      const box = await part.boundingBox();
      expect(box?.x ?? 0).toBeGreaterThanOrEqual(0);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(300);
    }
  });

  it('is English where the host has no texts', async () => {
    on.host.speechless = true;
    const kim = await extension(300, 200);
    on.host.tell({ type: 'previewOffer', ...preview() });
    await kim.page.getByRole('button', { name: 'Accept' }).waitFor();
  });

  it('fits 300 x 200 in every language, and answers without scrolling', async () => {
    // What measures it is not of an old browser.
    const kim = await extension(300, 200, false);
    on.host.tell({ type: 'previewOffer', ...preview({ length: 300_000 }) });
    for (const tag of tags) {
      on.host.picture.person.language = tag;
      on.host.tell({ type: 'snapshot', ...on.host.picture, serverTime: Date.now() });
      await kim.page.locator(`html[lang=${tag}]`).waitFor();
      expect(await misfits(kim.page), tag).toEqual([]);
      const box = await kim.page.locator('button.decline').boundingBox();
      expect((box?.y ?? 200) + (box?.height ?? 0), tag).toBeLessThan(200);
    }
  });
});
