/** Chats on the page: what is said, what is written, and that nothing of it is lost or taken for anything but text. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { ChatDeed } from '../src/chat/frames';
import { chat, line } from './mock-chats.mjs';
import { call, preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';

const on = stage();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const { connId, dn } = chat();

const card = (kim: WorkerPage): Locator => kim.page.locator('[data-chat]');
const texts = (kim: WorkerPage): Promise<string[]> => card(kim).locator('[data-chat-line] .chat-text').allTextContents();
const field = (kim: WorkerPage): Locator => kim.page.getByLabel('Your message');
const did = (deed: ChatDeed): Promise<void> => heard(on.host, { type: 'chat', connId, dn, deed });
const written = (): Extract<ChatDeed, { kind: 'write' }>[] =>
  on.host.received.flatMap((frame) => (frame.type === 'chat' && frame.deed.kind === 'write' ? [frame.deed] : []));

async function chatting(): Promise<WorkerPage> {
  const kim = await on.worker();
  on.host.tell({ type: 'chat', ...chat() });
  await card(kim).waitFor();
  return kim;
}

it('shows what is said as text, whatever is in it, and says each line once', async () => {
  const kim = await chatting();
  const script = '<script>document.title="x"</script><img src=x onerror=alert(1)>\nhttps://example.com/ javascript:alert(1)';
  on.host.says(chat({ unread: 1 }), [line(1, { text: script })]);
  await becomes(() => texts(kim), [script]);
  expect(await card(kim).locator('.chat-lines :is(a, img, script)').count()).toBe(0);
  await becomes(() => kim.page.locator('[aria-live=polite] p').filter({ hasText: '7050 writes: <script>' }).count(), 1);
  on.host.says(chat(), [line(2, { text: 'mine', own: true, party: '7001', id: 'k1' })]);
  await becomes(async () => (await texts(kim)).length, 2);
});

it('gives back what was written and not sent when the chat goes', async () => {
  const kim = await chatting();
  on.host.deaf = true;
  await field(kim).fill('sent, and never shown');
  await field(kim).press('Enter');
  await card(kim).locator('[data-chat-own=waiting]').waitFor();
  await field(kim).fill('half a li');
  on.host.tell({ type: 'chatGone', connId, dn });
  await kim.notice('Not sent, because the chat is over:');
  await kim.notice(/sent, and never shown\s+half a li/);
});

it('sends with Enter, begins a line with Shift+Enter, and keeps what is written until it is there', async () => {
  const kim = await chatting();
  await field(kim).pressSequentially('first');
  await field(kim).press('Shift+Enter');
  await field(kim).pressSequentially('second');
  await did({ kind: 'typing' });
  await field(kim).press('Enter');
  await becomes(() => written().map(({ text }) => text), ['first\nsecond']);
  const id = written()[0]?.id ?? '';
  await card(kim).locator('[data-chat-own=waiting]').waitFor();
  expect(await field(kim).inputValue()).toBe('');
  on.host.tell({ type: 'chat', ...chat({ outbox: [{ id, text: 'first\nsecond', refused: false, words: '' }] }) });
  await becomes(() => card(kim).locator('[data-chat-own]').count(), 1);
  on.host.says(chat({ delivered: 1 }), [line(1, { text: 'first\nsecond', own: true, party: dn, id })]);
  await becomes(() => card(kim).locator('[data-chat-own]').count(), 0);
  await card(kim).locator('[data-chat-mark]', { hasText: 'Delivered' }).waitFor();
  on.host.tell({ type: 'chat', ...chat({ delivered: 1, read: 1, revision: 1 }) });
  await card(kim).locator('[data-chat-mark]', { hasText: 'Read' }).waitFor();
});

it('sends again, by the same number, what the host has not shown before the connection was lost', async () => {
  const kim = await chatting();
  await field(kim).fill('draft that stays');
  on.host.deaf = true;
  const other = kim.page.getByLabel('Your message');
  await other.fill('lost on the way');
  await other.press('Enter');
  await becomes(() => written().length, 1);
  await field(kim).fill('draft that stays');
  on.host.deaf = false;
  on.host.drop();
  await becomes(() => written().length, 2);
  const [first, second] = written();
  expect(second).toEqual(first);
  expect(await field(kim).inputValue()).toBe('draft that stays');
});

it('sends again what a host had taken that was gone before it was kept there, and nothing that the T-Server has', async () => {
  const kim = await chatting();
  await field(kim).fill('taken');
  await field(kim).press('Enter');
  await becomes(() => written().length, 1);
  const [sent] = written();
  const outbox = [{ id: sent?.id ?? '', text: 'taken', refused: false, words: '' }];
  on.host.tell({ type: 'chat', ...chat({ outbox }) });
  await becomes(() => kim.page.getByText('taken', { exact: true }).count(), 1);
  // The next host knows nothing of it.
  on.host.picture.chats = [chat()];
  on.host.drop();
  await becomes(() => written().length, 2);
  expect(written()[1]).toEqual(sent);
  on.host.tell({ type: 'chat', ...chat({ outbox }) });
  on.host.says(chat(), [line(1, { text: 'taken', own: true, party: '7001', id: sent?.id ?? '' })]);
  await becomes(() => texts(kim), ['taken']);
  on.host.drop();
  await kim.settled();
  await field(kim).fill('next');
  await field(kim).press('Enter');
  await becomes(() => written().map(({ text }) => text), ['taken', 'taken', 'next']);
});

it('leaves what was refused to the worker, also after the connection was lost', async () => {
  const kim = await chatting();
  await field(kim).fill('refused');
  await field(kim).press('Enter');
  await becomes(() => written().length, 1);
  on.host.tell({ type: 'problem', code: 'chat-refused', why: 'chat-over' });
  await card(kim).locator('[data-chat-own=refused]').waitFor();
  on.host.drop();
  await becomes(() => kim.stateKind(), 'unknown');
  await kim.settled();
  await field(kim).fill('another');
  await field(kim).press('Enter');
  await becomes(() => written().map(({ text }) => text), ['refused', 'another']);
  await card(kim).getByRole('button', { name: 'Send again' }).click();
  await becomes(() => written().map(({ text }) => text), ['refused', 'another', 'refused']);
});

it('notices a dead link also while the worker types', async () => {
  const kim = await chatting();
  await field(kim).fill('on the way');
  await field(kim).press('Enter');
  await becomes(() => written().length, 1);
  on.host.halfOpen = true;
  const typing = setInterval(() => void field(kim).press('x').catch(() => undefined), 700);
  await kim.saysLost().finally(() => { clearInterval(typing); });
});

it('gets what was said while it was away, each line once', async () => {
  const kim = await chatting();
  on.host.says(chat(), [line(1), line(2)]);
  await becomes(() => texts(kim), ['line 1', 'line 2']);
  on.host.drop();
  on.host.said.push(line(3), line(4));
  on.host.tell({ type: 'chat', ...chat({ revision: 4 }) });
  await becomes(() => texts(kim), ['line 1', 'line 2', 'line 3', 'line 4'], 15_000);
  await did({ kind: 'entries', after: 2 });
  // Numbered earlier, told later.
  on.host.says(chat(), [line(5, { order: 1, text: 'between' })]);
  await becomes(() => texts(kim), ['line 1', 'between', 'line 2', 'line 3', 'line 4']);
});

it('shows what can be done with a line that was refused, and sends none to a chat that is over', async () => {
  const kim = await chatting();
  on.host.says(chat(), Array.from({ length: 30 }, (_, at) => line(at + 1)));
  const own = { id: 'k7', text: 'No way', refused: false, words: '' };
  on.host.tell({ type: 'chat', ...chat({ revision: 30, outbox: [own] }) });
  await card(kim).locator('[data-chat-own=waiting]').waitFor();
  const refused = { revision: 30, outbox: [{ ...own, refused: true, words: 'No.' }] };
  on.host.tell({ type: 'chat', ...chat(refused) });
  await card(kim).getByRole('button', { name: 'Send again' }).waitFor();
  await becomes(() => card(kim).locator('.chat-lines').evaluate((lines) => lines.scrollHeight - lines.scrollTop - lines.clientHeight < 2), true);
  on.host.tell({ type: 'chat', ...chat({ ...refused, state: 'closed', until: Date.now() + 60_000 }) });
  await card(kim).getByRole('button', { name: 'Send again' }).waitFor({ state: 'detached' });
  expect(await card(kim).locator('[data-chat-own=refused]').textContent()).toContain('No way');
  expect(await card(kim).getByRole('button', { name: 'Discard' }).count()).toBe(1);
});

it('says that a line was refused, and sends it again or not', async () => {
  const kim = await chatting();
  const own = { id: 'k7', text: 'No way', refused: true, words: 'invalid attribute value' };
  on.host.tell({ type: 'chat', ...chat({ outbox: [own, { ...own, id: 'k8' }] }) });
  const refused = card(kim).locator('[data-chat-own=refused]');
  await refused.first().getByText('invalid attribute value').waitFor();
  await refused.first().getByRole('button', { name: 'Send again' }).click();
  await did({ kind: 'write', id: 'k7', text: 'No way' });
  await refused.last().getByRole('button', { name: 'Discard' }).click();
  await did({ kind: 'drop', id: 'k8' });
});

it('refuses what is too long before it is sent', async () => {
  const kim = await chatting();
  await field(kim).fill('x'.repeat(64 * 1024));
  await card(kim).getByText('This message is too long').waitFor();
  await field(kim).press('Enter');
  expect(written()).toEqual([]);
  await field(kim).fill('x'.repeat(8_000));
  await field(kim).press('Enter');
  await becomes(() => written().length, 1);
});

it('bears ten thousand lines, and says how many have left', async () => {
  const kim = await chatting();
  const many = Array.from({ length: 10_000 }, (_, at) => line(at + 1));
  on.host.says(chat(), many);
  await becomes(async () => (await texts(kim)).at(-1), 'line 10000', 20_000);
  expect((await texts(kim)).length).toBeLessThan(500);
  on.host.says(chat({ dropped: 1 }), [line(10_001)]);
  await card(kim).getByText('Earlier messages that are no longer here: 1').waitFor();
  await becomes(async () => (await texts(kim)).at(-1), 'line 10001');
});

it('lists several chats with what is unread, and says to the host what was read', async () => {
  const kim = await chatting();
  const second = chat({ connId: '00c4000000000002', parties: ['7060'], unread: 2 });
  on.host.tell({ type: 'chat', ...second });
  const entry = kim.page.locator(`[data-chat-entry="${second.connId}"]`);
  await entry.getByText('Unread messages: 2').waitFor();
  await becomes(() => kim.page.title().then((title) => title.startsWith('(1)')), true);
  await entry.press('Enter');
  await card(kim).getByRole('heading', { name: 'Chat with 7060' }).waitFor();
  on.host.says(second, [line(1, { party: '7060' })]);
  await heard(on.host, { type: 'chat', connId: second.connId, dn, deed: { kind: 'seen', revision: 1, read: true } });
});

it('is left, stays readable and can be saved, and goes when the worker is done', async () => {
  const kim = await chatting();
  on.host.says(chat(), [line(1, { text: 'Bye' })]);
  await kim.aim(card(kim).getByRole('button', { name: 'Leave chat' }));
  await did({ kind: 'leave' });
  on.host.tell({ type: 'chat', ...chat({ state: 'left', until: Date.now() + 60_000, revision: 1 }) });
  await card(kim).getByText('You have left this chat.').waitFor();
  expect(await field(kim).count()).toBe(0);
  const [file] = await Promise.all([kim.page.waitForEvent('download'), card(kim).getByRole('button', { name: 'Save as text' }).click()]);
  expect(file.suggestedFilename()).toBe(`chat-${connId}.txt`);
  expect(readFileSync(await file.path(), 'utf8')).toContain('7050: Bye');
  await kim.aim(card(kim).getByRole('button', { name: 'Close chat' }));
  on.host.tell({ type: 'chatGone', connId, dn });
  await becomes(() => card(kim).count(), 0);
});

it('keeps what is being written when the chat ends, and the focus', async () => {
  const kim = await chatting();
  await field(kim).pressSequentially('half a senten');
  on.host.tell({ type: 'chat', ...chat({ state: 'closed', until: Date.now() + 60_000 }) });
  await card(kim).getByText('This chat has ended.').waitFor();
  await kim.page.keyboard.type('ce');
  await kim.page.keyboard.press('Enter');
  expect(await field(kim).inputValue()).toBe('half a senten');
  expect(await card(kim).getByRole('button', { name: 'Send', exact: true }).count()).toBe(0);
  expect(await field(kim).evaluate((element) => element === document.activeElement)).toBe(true);
  expect(written()).toEqual([]);
});

it('says the first line of a new chat, what was refused, and the end, each once', async () => {
  const kim = await on.worker();
  const said = () => kim.page.locator('[aria-live=polite] p').allTextContents();
  on.host.said.push(line(1));
  on.host.tell({ type: 'chat', ...chat({ revision: 1, unread: 1 }) });
  await becomes(said, ['Chat with 7050', '7050 writes: line 1']);
  const refused = chat({ revision: 1, outbox: [{ id: 'k7', text: 'No way', refused: true, words: 'invalid' }] });
  on.host.tell({ type: 'chat', ...refused });
  on.host.tell({ type: 'chat', ...refused, delivered: 1 });
  await becomes(said, ['Chat with 7050', '7050 writes: line 1', 'Not sent. invalid']);
  on.host.tell({ type: 'chat', ...refused, state: 'closed', until: Date.now() + 60_000 });
  await becomes(async () => (await said()).slice(3), ['Chat with 7050: This chat has ended.']);
});

it('keeps the focus at the card when its field goes', async () => {
  const kim = await chatting();
  await field(kim).focus();
  on.host.tell({ type: 'chat', ...chat({ state: 'closed', until: Date.now() + 60_000 }) });
  await becomes(() => field(kim).count(), 0);
  expect(await kim.page.evaluate(() => document.activeElement?.closest('[data-chat]') !== null)).toBe(true);
});

it('asks for the customer\'s call, and leads to it when it is there', async () => {
  const kim = await chatting();
  await kim.aim(card(kim).getByRole('button', { name: 'Ask to talk to the customer' }));
  await did({ kind: 'escalate' });
  on.host.tell({ type: 'chat', ...chat({ escalation: { state: 'refused', words: 'Not now' } }) });
  await card(kim).getByText('Not now').waitFor();
  on.host.tell({ type: 'call', ...call({ chat: connId }) });
  await card(kim).locator('[data-chat-call]').click();
  await becomes(() => kim.page.evaluate(() => document.activeElement?.getAttribute('data-call')), call().connId);
});

it('says who is writing, and stops saying so', async () => {
  const kim = await chatting();
  on.host.tell({ type: 'chatTyping', connId, dn, party: '7050' });
  await card(kim).getByText('7050 is writing…').waitFor();
  on.host.says(chat(), [line(1)]);
  await becomes(() => card(kim).getByText('7050 is writing…').count(), 0);
});

it.each(['en', 'ar'])('has no fault that axe finds, and fits into 320 px (%s)', async (language) => {
  on.host.picture.person.language = language;
  on.host.picture.chats = [chat({ outbox: [{ id: 'k', text: 'wait', refused: true, words: 'no' }] }), chat({ connId: '00c4000000000002', unread: 3 })];
  on.host.said = [line(1), line(2, { own: true, id: 'x', text: 'y'.repeat(300) })];
  on.host.picture.chats[0] = { ...chat(), revision: 2 };
  const kim = await on.worker({ viewport: { width: 320, height: 800 } });
  await card(kim).locator('[data-chat-line]').first().waitFor();
  expect(await kim.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await kim.page.evaluate(axe);
  const faults = await kim.page.evaluate(async () => (await (window as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe.run()).violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html ?? ''}`));
  expect(faults).toEqual([]);
});

describe('a line that the worker does not see', () => {
  const told = () => on.host.received.flatMap((frame) => (frame.type === 'chat' && frame.deed.kind === 'seen' ? [frame.deed] : []));
  const many = Array.from({ length: 40 }, (_, at) => line(at + 1));
  /** What hides the end of the chat, and what shows it again. */
  const ways: Readonly<Record<string, [hide: (kim: WorkerPage) => Promise<unknown>, show: (kim: WorkerPage) => Promise<unknown>]>> = {
    'for they read further up in the chat': [
      (kim) => card(kim).locator('.chat-lines').evaluate((lines) => { lines.scrollTo(0, 0); }),
      (kim) => card(kim).getByRole('button', { name: 'Unread messages: 1' }).click(),
    ],
    'for the chat is further down on the page': [
      async (kim) => {
        on.host.tell({ type: 'call', ...call({ data: Array.from({ length: 8 }, (_, at) => ({ key: `Key ${at}`, value: 'long '.repeat(200) })) }) });
        await kim.call().waitFor();
        await kim.page.locator('.scroller').evaluate((page) => { page.scrollTo(0, 0); });
      },
      (kim) => card(kim).locator('.chat-write').scrollIntoViewIfNeeded(),
    ],
    'for it is under a preview': [
      async (kim) => {
        on.host.tell({ type: 'previewOffer', ...preview({ notes: 'Note. '.repeat(400), length: 120_000 }) });
        await kim.preview().waitFor();
        await kim.page.locator('.scroller').evaluate((page) => { page.scrollTo(0, page.scrollHeight); });
      },
      () => { on.host.tell({ type: 'previewEnd', id: 17, end: 'cancelled', text: '' }); return Promise.resolve(); },
    ],
  };

  it.each(Object.entries(ways))('is not told as read, and calls them: %s', async (_, [hide, show]) => {
    const kim = await on.worker({ viewport: { width: 800, height: 900 } });
    on.host.says(chat(), many);
    await becomes(() => told().at(-1), { kind: 'seen', revision: 40, read: true });
    expect(await kim.page.title()).toBe('UC Connector');
    await hide(kim);
    await becomes(() => told().at(-1), { kind: 'seen', revision: 40, read: false });
    on.host.says(chat({ unread: 1 }), [line(41)]);
    await becomes(() => told().at(-1), { kind: 'seen', revision: 41, read: false });
    await becomes(() => kim.page.title().then((title) => title.startsWith('(')), true);
    await show(kim);
    await becomes(() => told().at(-1), { kind: 'seen', revision: 41, read: true });
  });
});

it('does not call for a new chat that comes before the eyes of the worker, and calls for one that comes below', async () => {
  const kim = await on.worker({ viewport: { width: 800, height: 900 } });
  const titles = () => kim.page.evaluate(() => (window as unknown as { titles: string[] }).titles);
  await kim.page.evaluate(() => {
    const all: string[] = ((window as unknown as { titles: string[] }).titles = []);
    new MutationObserver(() => all.push(document.title)).observe(document.head, { childList: true, subtree: true, characterData: true });
  });
  on.host.tell({ type: 'chat', ...chat() });
  on.host.says(chat(), [line(1)]);
  await did({ kind: 'seen', revision: 1, read: true });
  expect((await titles()).filter((title) => title.startsWith('('))).toEqual([]);
  on.host.tell({ type: 'chatGone', connId, dn });
  on.host.tell({ type: 'call', ...call({ data: Array.from({ length: 8 }, (_, at) => ({ key: `Key ${at}`, value: 'long '.repeat(200) })) }) });
  await kim.call().waitFor();
  on.host.tell({ type: 'chat', ...chat({ connId: '00c4000000000002' }) });
  await becomes(async () => (await titles()).some((title) => title.startsWith('(1)')), true);
});
