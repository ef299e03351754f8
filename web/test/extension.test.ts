import { readFileSync } from 'node:fs';
import { parse } from 'acorn';
import { describe, expect, it } from 'vitest';
import { extensionOf, still } from './extension-window';
import { tags } from './language-files.mjs';
import { misfits } from './misfits';
import { chat, line } from './mock-chats.mjs';
import { call, consult, preview } from './mock-host.mjs';
import { likeAnOldBrowser } from './old-browser';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';

const on = stage();
const script = readFileSync(new URL('../dist/extension/page.js', import.meta.url), 'utf8');

const extension = (width: number, height: number, old = true): Promise<WorkerPage> => extensionOf(on, width, height, old);

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
    await kim.page.locator('#page').getByText('will be put through to you').waitFor();
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

  it('asks once for what is pressed twice, and waits for what came of it', async () => {
    const kim = await extension(400, 600);
    on.host.tell({ type: 'call', ...call() });
    const hold = kim.page.getByRole('button', { name: 'Hold' });
    await hold.waitFor();
    await still(kim);
    await hold.dblclick();
    const holds = () => on.host.received.filter((frame) => frame.type === 'call').length;
    await becomes(holds, 1);
    await kim.page.locator('button[aria-disabled=true]').filter({ hasText: 'Hold' }).waitFor();
    on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'The switch refused it.' });
    await kim.page.locator('#page').getByText('The switch refused it.').waitFor();
    // It has moved the button.
    await still(kim);
    await hold.click();
    await becomes(holds, 2);
  });

  it.each(['{"type":"new","calls":1}', 'nonsense', '{"type":"call","connId":"1","dn":"7001"}'])('says that it is older than a host that sends %s, and goes on', async (frame) => {
    const kim = await extension(300, 400);
    on.host.tell({ type: 'previewOffer', ...preview() });
    await kim.page.getByRole('button', { name: 'Accept' }).waitFor();
    on.host.raw(frame);
    await kim.page.getByRole('button', { name: 'Load again' }).waitFor();
    await still(kim);
    await kim.page.getByRole('button', { name: 'Accept' }).click();
    await heard(on.host, { type: 'previewAnswer', id: 17, accept: true });
    await kim.page.locator('#page').getByText('will be put through to you').waitFor();
  });

  it('notices a half-open connection within ten seconds of an Accept, says so, and sends it again', async () => {
    const kim = await extension(300, 400);
    on.host.tell({ type: 'previewOffer', ...preview() });
    await kim.page.getByRole('button', { name: 'Accept' }).waitFor();
    await still(kim);
    on.host.halfOpen = true;
    await kim.page.getByRole('button', { name: 'Accept' }).click();
    await kim.page.locator('#page').getByText('your Accept is sent again').waitFor({ timeout: 10_000 });
    await kim.page.locator('#state[data-kind=unknown]').waitFor();
    on.host.halfOpen = false;
    await kim.page.locator('#page').getByText('will be put through to you').waitFor({ timeout: 15_000 });
    expect(on.host.received).toContainEqual({ type: 'previewAnswer', id: 17, accept: true });
  });

  it.each([
    ['says how a preview ended meanwhile', [{ id: 17, end: 'cancelled' }], 'The contact centre withdrew the preview'],
    ['says that it does not know how', [], 'ended while the connection was lost'],
  ] as const)('%s, when the connection is back', async (_, past, told) => {
    const kim = await extension(300, 400);
    const open = preview();
    on.host.tell({ type: 'previewOffer', ...open });
    await kim.page.getByRole('button', { name: 'Accept' }).waitFor();
    on.host.picture.previews = [];
    on.host.picture.past = past.map(({ id, end }) => ({ id, end, at: Date.now(), deadline: open.deadline, caller: open.caller, dn: open.dn }));
    on.host.drop();
    await kim.page.locator('p.notice').filter({ hasText: told }).waitFor();
    expect(await kim.page.locator('#spoken').textContent()).toContain(told);
  });

  it('takes a click although the clock was set back', async () => {
    const kim = await extension(300, 400, false);
    on.host.tell({ type: 'previewOffer', ...preview() });
    await kim.page.getByRole('button', { name: 'Accept' }).waitFor();
    await kim.page.evaluate(() => {
      const back = (time: number): number => time - 600_000;
      Date.prototype.getTime = function () { return back(this.valueOf()); };
      const now = Date.now.bind(Date);
      Date.now = () => back(now());
    });
    await still(kim);
    await kim.page.getByRole('button', { name: 'Accept' }).click();
    await heard(on.host, { type: 'previewAnswer', id: 17, accept: true });
  });

  it('leaves a host within seconds that says by itself that it lives, and then no more', async () => {
    on.host.picture = { ...on.host.picture, aliveSeconds: 2 };
    const kim = await extension(300, 200);
    for (let time = 0; time < 4; time += 1) {
      await kim.page.waitForTimeout(1_500);
      on.host.tell({ type: 'alive' });
    }
    expect(await kim.page.locator('#state').getAttribute('data-kind')).toBe('ready');
    on.host.halfOpen = true;
    await kim.page.locator('#state[data-kind=unknown]').waitFor({ timeout: 6_000 });
  });

  it('knows at once that the network is gone', async () => {
    const kim = await extension(300, 200);
    await kim.page.context().setOffline(true);
    await kim.page.locator('#state[data-kind=unknown]').waitFor({ timeout: 2_000 });
    await kim.page.context().setOffline(false);
    await kim.page.locator('#state[data-kind=ready]').waitFor({ timeout: 5_000 });
  });

  it('takes a click although something came between press and release', async () => {
    const kim = await extension(400, 600, false);
    on.host.tell({ type: 'previewOffer', ...preview() });
    const accept = kim.page.getByRole('button', { name: 'Accept' });
    await accept.waitFor();
    await still(kim);
    const box = await accept.boundingBox();
    await kim.page.mouse.move((box?.x ?? 0) + 5, (box?.y ?? 0) + 5);
    await kim.page.mouse.down();
    on.host.tell({ type: 'call', ...call({ state: 'ringing', buttons: ['answer'] }) });
    // It is said at once, and drawn when the hand is off the button.
    await becomes(() => kim.page.evaluate(() => document.getElementById('spoken')?.childNodes.length ?? 0), 2);
    expect(await kim.page.locator('[data-call]').count()).toBe(0);
    await kim.page.mouse.up();
    await heard(on.host, { type: 'previewAnswer', id: 17, accept: true });
    await kim.page.locator('[data-call]').waitFor();
  });

  it('takes no click for "I am back" that was meant for Accept', async () => {
    const kim = await extension(300, 200);
    on.host.tell({ type: 'previewOffer', ...preview() });
    const accept = kim.page.getByRole('button', { name: 'Accept' });
    await accept.waitFor();
    await still(kim);
    on.host.picture.missed = 3;
    on.host.tell({ type: 'previewEnd', id: 17, end: 'timedOut', text: '' });
    on.host.tell({ type: 'snapshot', ...on.host.picture, serverTime: Date.now() });
    const back = kim.page.getByRole('button', { name: 'I am back' });
    await back.click();
    await still(kim);
    expect(on.host.received).not.toContainEqual({ type: 'back' });
    await back.click();
    await heard(on.host, { type: 'back' });
  });

  it('says that another node takes over, that too many pages are open, and that an account has none', async () => {
    const kim = await extension(300, 200);
    on.host.takeover = 1;
    on.host.drop();
    await kim.page.locator('#page').getByText('moving to another server').waitFor();
    await kim.page.waitForTimeout(2_500);
    expect(on.host.turnedAway).toBe(0);
    on.host.mostPages = 0;
    on.host.takeover = 0;
    await kim.page.locator('#page').getByText('too many of these pages open').waitFor({ timeout: 8_000 });
    on.host.mostPages = 10;
    await kim.page.locator('#state[data-kind=ready]').waitFor({ timeout: 15_000 });
    on.host.worker = false;
    on.host.drop();
    await kim.page.locator('#page').getByText('belongs to no worker').waitFor();
  });

  it('calls the worker by its title, says what happens, and takes back a problem that is over', async () => {
    // What reads the lines is not of an old browser.
    const kim = await extension(300, 400, false);
    on.host.tell({ type: 'previewOffer', ...preview() });
    await becomes(() => kim.page.title(), '(1) UC Connector');
    on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'The switch refused it.' });
    await kim.page.locator('#page').getByText('The switch refused it.').waitFor();
    on.host.tell({ type: 'call', ...call({ state: 'ringing', buttons: ['answer'] }) });
    on.host.tell({ type: 'call', ...call() });
    on.host.tell({ type: 'callEnd', connId: call().connId, dn: '7001', ending: 'ended' });
    await kim.page.getByRole('button', { name: 'Hang up' }).waitFor({ state: 'detached' });
    const spoken = ['Call from', 'The contact centre refused', 'Call from', 'Connected with', 'Call with'].map((words) => expect.stringContaining(words) as string);
    expect(await kim.page.evaluate(() => document.getElementById('spoken')?.innerText.split('\n').filter((line) => line !== ''))).toEqual(spoken);
    await kim.page.locator('#page').getByText('The switch refused it.').waitFor({ state: 'detached', timeout: 15_000 });
    on.host.tell({ type: 'previewEnd', id: 17, end: 'cancelled', text: '' });
    await becomes(() => kim.page.title(), 'UC Connector');
  });

  const chatEnded = { state: 'closed', words: 'Bye.', until: 0 } as const;
  it.each([
    ['the end of a preview', () => { on.host.tell({ type: 'previewEnd', id: 17, end: 'cancelled', text: '' }); }, 'The contact centre withdrew the preview for +49 30 1234567.'],
    ['the end of a preview of a chat', () => { on.host.tell({ type: 'previewEnd', id: 18, end: 'accepted', text: '' }); }, 'Accepted: the chat with +49 30 1234567 opens here.'],
    ['a refusal', () => { on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-moved' }); }, 'The call has changed meanwhile. Nothing was done.'],
    ['the first line of a chat', () => { on.host.says(chat({ connId: '02' }), [line(1)]); }, '7050 writes: line 1'],
    ['the end of a chat', () => { on.host.tell({ type: 'chat', ...chat(chatEnded) }); }, 'Chat with 7050: This chat has ended. Bye.'],
    ['a wish that is refused', () => { on.host.tell({ type: 'chat', ...chat({ escalation: { state: 'refused', words: 'No.' } }) }); }, 'You cannot talk to the customer now. No.'],
    ['a line that is refused', () => { on.host.tell({ type: 'chat', ...chat({ outbox: [{ id: 'a', text: 'b', refused: true, words: 'No.' }] }) }); }, 'Not sent. No.'],
    ['an outside number', () => { on.host.tell({ type: 'snapshot', ...on.host.picture, redirect: { number: '+4971112345', on: true, locked: true } }); }, 'Calls you accept go to the outside number +4971112345. Your administrator has set where your calls go.'],
    ['a host that is older', () => { on.host.raw('nonsense'); }, 'This page is older than the host. Load it again to go on.'],
  ] as const)('speaks of %s, once', async (_, tell, text) => {
    const kim = await extension(400, 600, false);
    on.host.tell({ type: 'previewOffer', ...preview() });
    on.host.tell({ type: 'previewOffer', ...preview({ id: 18, mediaType: 'chat' }) });
    on.host.tell({ type: 'chat', ...chat() });
    const spoken = () => kim.page.locator('#spoken p').allTextContents();
    await becomes(async () => (await spoken()).length, 3);
    tell();
    await becomes(async () => (await spoken()).filter((one) => one === text).length, 1);
  });

  it('says with a preview where its call goes, and for how long it can be accepted, and shows where calls go', async () => {
    const kim = await extension(300, 200, false);
    const spoken = () => kim.page.locator('#spoken p').allTextContents();
    on.host.tell({ type: 'previewOffer', ...preview({ redirect: '+4971112345' }) });
    await becomes(async () => (await spoken())[0]?.replace(/\d+ s/, '… s'), 'Call from +49 30 1234567, to the outside number +4971112345, … s');
    on.host.tell({ type: 'snapshot', ...on.host.picture, redirect: { number: '+49711999999', on: true, locked: false } });
    await kim.page.getByRole('note').filter({ hasText: '+49711999999' }).waitFor();
    await becomes(async () => (await spoken())[1], 'Calls you accept go to the outside number +49711999999.');
  });

  it.each([
    ['transferred', 'Transferred: +49 30 1234567'],
    ['conferenced', 'In a conference: +49 30 1234567'],
    ['redirected', 'Sent elsewhere: +49 30 1234567'],
    ['busy', 'Busy: +49 30 1234567'],
    ['noAnswer', 'No answer: +49 30 1234567'],
    ['abandoned', '+49 30 1234567 hung up before you answered.'],
    ['unreachable', '+49 30 1234567 cannot be reached.'],
    ['failed', 'The call with +49 30 1234567 failed.'],
    ['merged', ''],
  ] as const)('says and shows that a call ended %s', async (ending, text) => {
    const kim = await extension(300, 400, false);
    const spoken = () => kim.page.locator('#spoken p').allTextContents();
    on.host.tell({ type: 'call', ...call() });
    await becomes(async () => (await spoken()).length, 1);
    on.host.tell({ type: 'callEnd', connId: call().connId, dn: '7001', ending });
    await kim.page.getByRole('button', { name: 'Hang up' }).waitFor({ state: 'detached' });
    expect([(await spoken()).slice(1), await kim.page.locator('p.notice').allTextContents()]).toEqual([[text], [text]].map((all) => all.filter((one) => one !== '')));
  });

  it('speaks of a connection that is lost for a while, and of its return', async () => {
    const kim = await extension(300, 200, false);
    on.host.down = true;
    on.host.drop();
    const spoken = () => kim.page.locator('#spoken p').allTextContents();
    await becomes(spoken, ['The connection to the host is lost. Reconnecting…'], 8_000);
    on.host.down = false;
    await becomes(spoken, ['The connection to the host is lost. Reconnecting…', 'Connected again. Your state: Ready'], 15_000);
  });

  it('shows no state while the host is away, and is right again when it is back', async () => {
    const kim = await extension(300, 200);
    on.host.down = true;
    on.host.drop();
    await kim.page.locator('#state[data-kind=unknown]').waitFor();
    await kim.page.locator('#page').getByText('connection to the host is lost').waitFor();
    on.host.down = false;
    await kim.page.locator('#state[data-kind=ready]').waitFor();
  });

  it('asks to sign in again when the session has ended, and says why it refuses', async () => {
    const kim = await extension(300, 200);
    on.host.tell({ type: 'signedOut', why: 'expired' });
    await kim.page.locator('#page').getByText('for as long as this site allows').waitFor();
    await kim.page.getByLabel('User name').fill('kim');
    await kim.page.getByLabel('Password').fill('wrong');
    await kim.page.getByRole('button', { name: 'Sign in' }).click();
    await kim.page.getByRole('alert').filter({ hasText: 'not right' }).waitFor();
  });

  it.each([
    [429, 'Too many attempts'],
    [403, 'The host refuses to sign you in: It answers 403.'],
    [400, 'The host refuses to sign you in: It answers 400.'],
    [503, 'The host refuses to sign you in: It answers 503.'],
  ])('says what the host says when it answers %d to a sign-in, and blames no network', async (status, text) => {
    on.host.refuseWith = status;
    const kim = await on.stranger({ viewport: { width: 300, height: 400 } });
    await likeAnOldBrowser(kim.page);
    await kim.page.goto(`${on.host.url}extension/`);
    await kim.page.getByLabel('User name').fill('kim');
    await kim.page.getByLabel('Password').fill('x'.repeat(2_000));
    expect((await kim.page.getByLabel('Password').inputValue()).length).toBe(1_024);
    await kim.page.getByRole('button', { name: 'Sign in' }).click();
    await kim.page.getByRole('alert').filter({ hasText: text }).waitFor();
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
