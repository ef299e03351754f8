/** Chats in the extension window of a desktop UC client: both ways, in an old browser, through a lost connection, as text. */

import { describe, expect, it } from 'vitest';
import { violations } from './axe';
import { extensionOf, still } from './extension-window';
import { misfits } from './misfits';
import { chat, line } from './mock-chats.mjs';
import { call, preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';

const on = stage();

const extension = async (width: number, height: number, { old = true } = {}): Promise<WorkerPage> => {
  const kim = await extensionOf(on, width, height, old);
  kim.page.setDefaultTimeout(8_000);
  return kim;
};

/** One after the other: what reads all at once is not of an old browser. */
const textsOf = (kim: WorkerPage, selector: string) => async () => {
  const found = kim.page.locator(selector);
  const texts: (string | null)[] = [];
  for (let at = 0, count = await found.count(); at < count; at += 1) texts.push(await found.nth(at).textContent());
  return texts;
};
const lines = (kim: WorkerPage) => textsOf(kim, '.line .text');
const deeds = (kind: string) => on.host.received.flatMap((frame) => (frame.type === 'chat' && frame.deed.kind === kind ? [frame.deed] : []));
const script = '<img src=x onerror="document.title=1">\nسطر';

/** Kim composes characters with an input method, and there is something to draw. */
async function composing(): Promise<WorkerPage> {
  const kim = await extension(400, 600, { old: false });
  on.host.tell({ type: 'chat', ...chat() });
  await kim.page.locator('textarea').focus();
  await kim.page.evaluate(() => {
    document.querySelector('textarea')?.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true }));
  });
  on.host.tell({ type: 'chatTyping', connId: chat().connId, dn: '7001', party: '7050' });
  return kim;
}

describe('a chat in the extension window', () => {
  it('shows what is said as text, once, and tells that it is read', async () => {
    const kim = await extension(400, 600);
    on.host.says(chat(), [line(1, { kind: 'joined' }), line(2, { text: script })]);
    await becomes(lines(kim), [script]);
    on.host.says(chat(), [line(3), line(4, { own: true, party: '7001', id: 'x' })]);
    on.host.says(chat({ read: 4 }), []);
    await becomes(lines(kim), [script, 'line 3', 'line 4']);
    await kim.page.locator('#page').getByText('· Read').waitFor();
    await becomes(textsOf(kim, '#spoken p'), ['Chat with 7050', `7050 writes: ${script}`, '7050 writes: line 3']);
    await kim.page.bringToFront();
    await becomes(() => deeds('seen').length > 0, true);
    expect(await kim.page.locator('.chat img').count()).toBe(0);
  });

  it('interrupts nobody who composes characters with an input method, and shows what is new afterwards', async () => {
    const kim = await composing();
    on.host.tell({ type: 'previewOffer', ...preview() });
    await kim.page.locator('#spoken').getByText('+49 30 1234567').waitFor({ state: 'attached' });
    expect(await kim.page.locator('[data-preview]').count()).toBe(0);
    await kim.page.evaluate(() => document.querySelector('textarea')?.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true })));
    await kim.page.locator('[data-preview="17"]').waitFor();
    expect(await kim.page.locator('textarea').evaluate((field) => field === document.activeElement)).toBe(true);
  });

  it('signs out whoever composes characters, and leaves the sign-in form alone', async () => {
    const kim = await composing();
    on.host.tell({ type: 'signedOut', why: 'expired' });
    const user = kim.page.getByLabel('User name');
    await user.fill('ki');
    // Twice as long as the page looks for what it has not drawn yet.
    await kim.page.waitForTimeout(600);
    expect(await user.inputValue()).toBe('ki');
  });

  it('sends a line by Enter, keeps what is written while all is drawn anew, and says what is not sent', async () => {
    const kim = await extension(300, 400);
    on.host.tell({ type: 'chat', ...chat() });
    const field = kim.page.getByLabel('Your message');
    await field.fill('Half a sen');
    on.host.tell({ type: 'call', ...call() });
    on.host.tell({ type: 'chatTyping', connId: chat().connId, dn: '7001', party: '7050' });
    await kim.page.locator('#page').getByText('7050 is writing').waitFor();
    // Where the focus is: a locator would bring it back.
    for (const key of ['t', 'Shift+Enter', '2']) await kim.page.keyboard.press(key);
    expect(await field.inputValue()).toBe('Half a sent\n2');
    await field.press('Enter');
    await becomes(() => deeds('write').length, 1);
    await becomes(() => field.inputValue(), '');
    const [sent] = deeds('write');
    if (sent?.kind !== 'write') throw new Error('nothing was written');
    expect(sent.text).toBe('Half a sent\n2');
    await kim.page.locator('[data-own=waiting]').waitFor();
    on.host.tell({ type: 'chat', ...chat({ outbox: [{ id: sent.id, text: sent.text, refused: true, words: 'No.' }] }) });
    await kim.page.locator('#page').getByText('Not sent. No.').waitFor();
    expect(await kim.page.locator('.line.own').count()).toBe(1);
    await still(kim);
    await kim.page.getByRole('button', { name: 'Send again' }).click();
    await becomes(() => deeds('write').length, 2);
    expect(deeds('write')[1]).toEqual(sent);
    on.host.says(chat(), [line(1, { own: true, party: '7001', id: sent.id, text: sent.text })]);
    await becomes(lines(kim), ['Half a sent\n2']);
  });

  it('loses and doubles nothing when the connection is lost while something is under way', async () => {
    const kim = await extension(300, 400);
    on.host.says(chat(), [line(1)]);
    await becomes(lines(kim), ['line 1']);
    await kim.page.getByLabel('Your message').fill('on its way');
    await kim.page.getByLabel('Your message').press('Enter');
    await becomes(() => deeds('write').length, 1);
    const [sent] = deeds('write');
    on.host.drop();
    on.host.said.push(line(2), line(3));
    on.host.picture.chats = [chat({ revision: 3 })];
    await becomes(() => deeds('write').length, 2);
    expect(deeds('write')[1]).toEqual(sent);
    await becomes(lines(kim), ['line 1', 'line 2', 'line 3', 'on its way']);
  });

  it('sends again what a host had taken that was gone before it was kept there', async () => {
    const kim = await extension(300, 400);
    on.host.says(chat(), []);
    await kim.page.getByLabel('Your message').fill('taken');
    await kim.page.getByLabel('Your message').press('Enter');
    await becomes(() => deeds('write').length, 1);
    const [sent] = deeds('write');
    if (sent?.kind !== 'write') throw new Error('nothing was written');
    on.host.tell({ type: 'chat', ...chat({ outbox: [{ id: sent.id, text: sent.text, refused: false, words: '' }] }) });
    await becomes(lines(kim), ['taken']);
    on.host.picture.chats = [chat()];
    on.host.drop();
    await becomes(() => deeds('write').length, 2);
    expect(deeds('write')[1]).toEqual(sent);
    on.host.says(chat(), [line(1, { own: true, party: '7001', id: sent.id, text: sent.text })]);
    await becomes(lines(kim), ['taken']);
  });

  it.each([
    ['stays at the upper edge', ''],
    ['is scrolled to, where the browser keeps nothing there', '.previews { position: static !important }'],
  ])('shows a preview that comes while the worker writes further down: it %s', async (_, rule) => {
    // What measures it is not of an old browser.
    const kim = await extension(300, 400, { old: false });
    await kim.page.evaluate((css) => { if (css !== '') document.styleSheets[0]?.insertRule(css, document.styleSheets[0].cssRules.length); }, rule);
    on.host.says(chat(), Array.from({ length: 12 }, (__, at) => line(at + 1)));
    on.host.tell({ type: 'call', ...call({ data: Array.from({ length: 20 }, (__, at) => ({ key: `Key ${at}`, value: 'value' })) }) });
    const field = kim.page.getByLabel('Your message');
    await field.fill('Half a sent');
    await field.scrollIntoViewIfNeeded();
    await becomes(() => kim.page.evaluate(() => scrollY > 100), true);
    on.host.tell({ type: 'previewOffer', ...preview({ mediaType: 'chat', length: 60_000 }) });
    const accept = kim.page.getByRole('button', { name: 'Accept' });
    const inSight = () => accept.evaluate((button) => {
      const { left, top, width, height } = button.getBoundingClientRect();
      return document.elementFromPoint(left + width / 2, top + height / 2) === button;
    });
    await kim.page.getByRole('heading', { name: 'Message from +49 30 1234567' }).waitFor();
    expect(await inSight()).toBe(true);
    expect(await field.evaluate((one) => one === document.activeElement)).toBe(true);
    // Whatever is drawn from now on scrolls nothing.
    const before = await kim.page.evaluate(() => scrollY);
    for (const words of ['One', 'Two', 'Three']) {
      on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words });
      await kim.page.locator('.notice').filter({ hasText: words }).waitFor();
      expect([await kim.page.evaluate(() => scrollY), await inSight()]).toEqual([before, true]);
    }
    await still(kim);
    await accept.click();
    await heard(on.host, { type: 'previewAnswer', id: 17, accept: true });
  });

  it('does not say that a line is read that is scrolled away', async () => {
    const kim = await extension(300, 400, { old: false });
    const told = () => deeds('seen').at(-1);
    on.host.says(chat(), Array.from({ length: 12 }, (_, at) => line(at + 1)));
    await becomes(told, { kind: 'seen', revision: 12, read: true });
    await kim.page.locator('.lines').evaluate((lines) => { lines.scrollTo(0, 0); });
    await becomes(told, { kind: 'seen', revision: 12, read: false });
    on.host.says(chat(), [line(13)]);
    await becomes(told, { kind: 'seen', revision: 13, read: false });
    await kim.page.locator('.lines').evaluate((lines) => { lines.scrollTo(0, lines.scrollHeight); });
    await becomes(told, { kind: 'seen', revision: 13, read: true });
    on.host.tell({ type: 'call', ...call({ data: Array.from({ length: 30 }, (_, at) => ({ key: `Key ${at}`, value: 'value' })) }) });
    await becomes(told, { kind: 'seen', revision: 13, read: false });
    await kim.page.getByLabel('Your message').focus();
    await becomes(told, { kind: 'seen', revision: 13, read: true });
  });

  it('takes no click on a button that has just moved there', async () => {
    const kim = await extension(300, 400);
    on.host.tell({ type: 'chat', ...chat() });
    const leave = kim.page.getByRole('button', { name: 'Leave chat' });
    await leave.waitFor();
    await still(kim);
    on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'A word of several lines. '.repeat(6) });
    await kim.page.locator('#page[data-fresh]').waitFor();
    await leave.click();
    await still(kim);
    expect(deeds('leave')).toEqual([]);
    await leave.click();
    await becomes(() => deeds('leave').length, 1);
  });

  it('puts away one line that was not sent by a double click, and the next one by another', async () => {
    const kim = await extension(400, 600);
    for (const [at, text] of ['One', 'Two', 'Three'].entries()) {
      const one = chat({ connId: `00c400000000000${at}` });
      on.host.tell({ type: 'chat', ...one });
      await kim.page.getByLabel('Your message').fill(text);
      on.host.tell({ type: 'chatGone', connId: one.connId, dn: one.dn });
      await kim.page.locator('.notice').nth(at).waitFor();
    }
    await still(kim);
    await kim.page.locator('.notice button').first().dblclick();
    await becomes(() => kim.page.locator('.notice').count(), 2);
    await still(kim);
    expect(await textsOf(kim, '.notice p')()).toEqual(['Two', 'Three'].map((text) => expect.stringContaining(text) as string));
    await kim.page.locator('.notice button').first().click();
    await becomes(() => kim.page.locator('.notice').count(), 1);
  });

  it('says why it is over, and is closed by another button than the one that left it', async () => {
    const kim = await extension(400, 600);
    const [a, b] = [chat(), chat({ connId: '00c4000000000002', parties: ['7060'] })];
    on.host.tell({ type: 'chat', ...a });
    on.host.tell({ type: 'chat', ...b });
    await kim.page.locator(`[data-chat="${b.connId}"]`).waitFor();
    await still(kim);
    await kim.page.locator(`[data-chat="${a.connId}"]`).getByRole('button', { name: 'Leave chat' }).click();
    await heard(on.host, { type: 'chat', connId: a.connId, dn: '7001', deed: { kind: 'leave' } });
    on.host.tell({ type: 'chat', ...a, state: 'closed', words: 'The agent has ended it', until: Date.now() + 60_000 });
    await kim.page.locator('#page').getByText('This chat has ended. The agent has ended it').waitFor();
    expect(await kim.page.getByLabel('Your message').count()).toBe(1);
    await still(kim);
    await kim.page.getByRole('button', { name: 'Close chat' }).click();
    await becomes(() => deeds('leave').length, 2);
    on.host.tell({ type: 'chatGone', connId: a.connId, dn: '7001' });
    await becomes(() => kim.page.locator('[data-chat]').count(), 1);
  });

  it('keeps in sight what was written and not sent when the chat ends, and says it when the chat goes', async () => {
    const kim = await extension(400, 600);
    on.host.tell({ type: 'chat', ...chat() });
    await kim.page.getByLabel('Your message').fill('It was sent on Monday');
    on.host.tell({ type: 'chat', ...chat({ state: 'closed', words: '', until: Date.now() + 60_000 }) });
    await kim.page.getByRole('button', { name: 'Close chat' }).waitFor();
    expect(await kim.page.getByLabel('Your message').inputValue()).toBe('It was sent on Monday');
    expect(await kim.page.getByLabel('Your message').isEditable()).toBe(false);
    expect(await kim.page.getByRole('button', { name: 'Send' }).count()).toBe(0);
    on.host.tell({ type: 'chatGone', connId: chat().connId, dn: '7001' });
    const unsent = kim.page.locator('.notice').filter({ hasText: 'Not sent, because the chat is over: It was sent on Monday' });
    await unsent.waitFor();
    expect(await kim.page.locator('#spoken').textContent()).toContain('It was sent on Monday');
    on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'Another matter.' });
    await kim.page.locator('#page').getByText('Another matter.').waitFor();
    await still(kim);
    await unsent.getByRole('button').click();
    await unsent.waitFor({ state: 'detached' });
  });

  it('takes no line that is too long, and draws the newest of very many', async () => {
    const kim = await extension(300, 400);
    on.host.picture.longestLine = 20;
    on.host.said = Array.from({ length: 10_000 }, (_, at) => line(at + 1));
    on.host.picture.chats = [chat({ revision: 10_000 })];
    on.host.drop();
    await becomes(() => kim.page.locator('.line').count(), 100);
    await kim.page.locator('#page').getByText('Earlier messages that are no longer here: 9900').waitFor();
    expect(await kim.page.locator('.line .text').last().textContent()).toBe('line 10000');
    const field = kim.page.getByLabel('Your message');
    await field.fill('ä'.repeat(11));
    await kim.page.locator('#page').getByText('This message is too long').waitFor();
    await field.press('Enter');
    expect(deeds('write')).toEqual([]);
  });
});

describe('axe-core finds nothing in the extension window, and all fits', () => {
  it.each([
    ['300 px', 300, 'en'],
    ['800 px', 800, 'en'],
    ['Arabic', 320, 'ar'],
  ])('%s', async (_, width, language) => {
    const kim = await extension(width, 600, { old: false });
    const all = async (): Promise<void> => {
      expect(await violations(kim.page)).toEqual([]);
      expect(await misfits(kim.page)).toEqual([]);
    };
    await all();
    on.host.picture.person.language = language;
    on.host.tell({ type: 'snapshot', ...on.host.picture, serverTime: Date.now() });
    await kim.page.locator(`html[lang=${language}]`).waitFor();
    on.host.tell({ type: 'previewOffer', ...preview({ broadcast: true, length: 300_000 }) });
    on.host.tell({ type: 'call', ...call() });
    const refusedLine = { id: 'r', text: 'not taken', refused: true, words: 'No.' };
    on.host.says(chat({ outbox: [refusedLine], escalation: { state: 'asked', words: '' } }), [line(1), line(2, { own: true, party: '7001', text: 'mine' })]);
    // The same agent has asked a second time.
    on.host.tell({ type: 'chat', ...chat({ connId: '00c4000000000002' }) });
    on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'The switch refused it.' });
    await kim.page.locator('[data-line="2"]').waitFor();
    await becomes(() => kim.page.locator('[data-chat]').count(), 2);
    await all();
    if (process.env.SCREENSHOTS !== undefined) await kim.page.screenshot({ path: `${process.env.SCREENSHOTS}/extension-chat-${width}-${language}.png`, fullPage: true });
  });
});
