/** The extension window by the keyboard alone: what is passed is not chosen, and the focus is never lost. */

import { expect, it } from 'vitest';
import { extensionOf, still } from './extension-window';
import { chat } from './mock-chats.mjs';
import { call, preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';

const on = stage();
const focus = (kim: WorkerPage) => () => kim.page.evaluate(() => document.activeElement?.id ?? '');
const state = (id: string, text: string) => {
  const { menu, logIn, logOut, channels } = on.host.picture;
  on.host.tell({ type: 'state', state: { id, icon: '', text, kind: 'notReady' }, menu, logIn, logOut, channels });
};
const chosen = () => on.host.received.flatMap((frame) => (frame.type === 'choose' ? [frame.state] : frame.type === 'logOut' ? ['log out'] : []));
const said = (kim: WorkerPage) => () => kim.page.locator('#spoken p').allTextContents();

it('asks for the state that Enter confirms, and for none that an arrow key passes', async () => {
  const kim = await extensionOf(on, 300, 400, false);
  await kim.page.locator('#state').focus();
  await kim.page.keyboard.press('End');
  on.host.tell({ type: 'previewOffer', ...preview() });
  await kim.page.getByRole('button', { name: 'Accept' }).waitFor();
  expect([await focus(kim)(), chosen()]).toEqual(['state', []]);
  await kim.page.keyboard.press('Home');
  await kim.page.keyboard.press('ArrowDown');
  await kim.page.keyboard.press('Enter');
  const second = on.host.picture.menu[1]?.id ?? '';
  await becomes(chosen, [second]);
});

it('asks for the state where the keys came to rest, and for the one that was left', async () => {
  const kim = await extensionOf(on, 300, 400, false);
  const ids = on.host.picture.menu.map(({ id }) => id);
  await kim.page.locator('#state').focus();
  await kim.page.keyboard.press('End');
  await becomes(chosen, ['log out']);
  await kim.page.keyboard.press('Home');
  await kim.page.keyboard.press('Tab');
  await becomes(chosen, ['log out', ids[0]]);
});

it('asks for it also while the page is drawn anew all the time, and not for what is no choice any more', async () => {
  const kim = await extensionOf(on, 300, 400, false);
  await kim.page.locator('#state').focus();
  await kim.page.keyboard.press('End');
  const redraw = setInterval(() => { on.host.tell({ type: 'call', ...call() }); }, 300);
  await becomes(chosen, ['log out']).finally(() => { clearInterval(redraw); });
  await kim.page.keyboard.press('Home');
  await kim.page.keyboard.press('ArrowDown');
  const { state: now, menu, logIn, logOut, channels } = on.host.picture;
  on.host.tell({ type: 'state', state: now, menu: menu.slice(0, 1), logIn, logOut, channels });
  await becomes(() => kim.page.locator('#state').inputValue(), now.id);
});

it('keeps the focus at what was pressed, then at its card, then at the page', async () => {
  const kim = await extensionOf(on, 300, 400, false);
  on.host.deaf = true;
  on.host.tell({ type: 'previewOffer', ...preview() });
  await kim.page.getByRole('button', { name: 'Accept' }).waitFor();
  await still(kim);
  await kim.page.getByRole('button', { name: 'Accept' }).focus();
  await kim.page.keyboard.press('Enter');
  await heard(on.host, { type: 'previewAnswer', id: 17, accept: true });
  expect(await focus(kim)()).toBe('preview-17-accept');
  on.host.tell({ type: 'call', ...call({ state: 'ringing', buttons: ['answer', 'release'] }) });
  await kim.page.getByRole('button', { name: 'Answer' }).waitFor();
  await still(kim);
  await kim.page.getByRole('button', { name: 'Answer' }).focus();
  await kim.page.keyboard.press('Enter');
  on.host.tell({ type: 'call', ...call({ buttons: ['hold', 'release'] }) });
  const { connId, dn } = call();
  await becomes(focus(kim), `call-${connId}-${dn}-title`);
  on.host.tell({ type: 'callEnd', connId, dn, ending: 'ended' });
  await becomes(focus(kim), 'page');
  on.host.tell({ type: 'chat', ...chat() });
  await kim.page.getByLabel('Your message').focus();
  on.host.tell({ type: 'chat', ...chat({ state: 'closed', words: '', until: Date.now() + 60_000 }) });
  await becomes(focus(kim), `chat-${chat().connId}-7001-title`);
});

it('has the focus at the page after the sign-in, and after what was wrong with it', async () => {
  const kim = await on.stranger({ viewport: { width: 300, height: 400 } });
  await kim.page.goto(`${on.host.url}extension/`);
  await kim.page.getByLabel('User name').fill('kim');
  await kim.page.getByLabel('Password').fill('wrong');
  await kim.page.keyboard.press('Enter');
  await kim.page.getByRole('alert').filter({ hasText: /./ }).waitFor();
  expect(await focus(kim)()).toBe('password');
  await kim.page.getByLabel('Password').fill('right');
  await kim.page.keyboard.press('Enter');
  await kim.page.locator('#state[data-kind=ready]').waitFor();
  await becomes(focus(kim), 'page');
});

it('says the state where it comes to rest, and not those that a login passes', async () => {
  const kim = await extensionOf(on, 300, 400, false);
  state('predefNotReady', '');
  state('lunch', 'Lunch');
  const others = setInterval(() => { state('lunch', 'Lunch'); }, 300);
  await becomes(said(kim), ['Your state: Lunch']).finally(() => { clearInterval(others); });
  on.host.tell({ type: 'snapshot', ...on.host.picture, state: { id: 'lunch', icon: '', text: 'Mittag', kind: 'notReady' }, person: { ...on.host.picture.person, language: 'de' }, serverTime: Date.now() });
  await kim.page.locator('html[lang=de]').waitFor();
  on.host.tell({ type: 'callEnd', connId: '00', dn: '7001', ending: 'ended' });
  expect(await said(kim)()).toEqual(['Your state: Lunch']);
});
