import { expect, it } from 'vitest';
import { becomes, stage } from './stage';

const on = stage();

it('signs in, and stays signed in over a reload', async () => {
  const kim = await on.worker();
  await kim.showsState('Ready');
  await kim.page.reload();
  await kim.settled();
});

it('has the focus at the own state then, for whoever goes on by keys', async () => {
  const kim = await on.stranger();
  await kim.page.getByLabel('User name').and(kim.page.locator(':focus')).waitFor();
  await kim.page.keyboard.type('kim');
  await kim.page.keyboard.press('Tab');
  await kim.page.keyboard.type('right');
  await kim.page.keyboard.press('Enter');
  await kim.page.locator('#state:focus').waitFor();
  await kim.settled();
  expect(await kim.page.getByRole('menu').count()).toBe(0);
});

it('says that name or password is not right, and lets the worker try again', async () => {
  const kim = await on.stranger();
  await kim.enter('kim', 'wrong');
  await kim.page.getByRole('alert').filter({ hasText: 'not right' }).waitFor();
  await kim.signIn('kim', 'right');
});

it('asks for what is missing without asking the host', async () => {
  const kim = await on.stranger();
  await kim.enter('', 'right');
  await kim.page.getByRole('alert').filter({ hasText: 'Enter your user name' }).waitFor();
});

it.each([
  [429, 'Try again in 12 seconds'],
  [403, 'refuses to sign you in: It answers 403.'],
  [500, 'It answers 500.'],
])('says what to do when the host answers %d, and finds no fault with what was typed', async (status, text) => {
  on.host.refuseWith = status;
  const kim = await on.stranger();
  await kim.enter('kim', 'right');
  await kim.page.getByRole('alert').filter({ hasText: text }).waitFor();
  expect(await kim.page.locator('[aria-invalid=true]').count()).toBe(0);
});

it('marks what was typed where the host does not know it', async () => {
  const kim = await on.stranger();
  await kim.enter('kim', 'wrong');
  await becomes(() => kim.page.locator('[aria-invalid=true]').count(), 2);
});

it('signs out in every tab', async () => {
  const kim = await on.worker();
  const second = await on.tabOf(kim);
  await second.settled();
  await kim.signOut();
  await second.page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

it('finds a sign-in of another tab when it is looked at again', async () => {
  const kim = await on.stranger();
  const second = await on.tabOf(kim);
  await second.signIn('kim', 'right');
  await kim.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await kim.settled();
});

it('finds a sign-in of a window beside this one when it is used again', async () => {
  const kim = await on.stranger();
  const second = await on.tabOf(kim);
  await second.signIn('kim', 'right');
  await kim.page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await kim.settled();
});

it('says that an account has no page, and does not try again', async () => {
  on.host.worker = false;
  const operator = await on.stranger();
  await operator.enter('root', 'right');
  await operator.page.locator('[data-banner=noWorker]').waitFor();
  on.host.worker = true;
  await operator.signOut();
  await operator.signIn('kim', 'right');
});

it('says that too many pages are open, and goes on when one is closed', async () => {
  on.host.mostPages = 2;
  const kim = await on.worker();
  const second = await on.tabOf(kim);
  await second.settled();
  const third = await on.tabOf(kim);
  await third.page.locator('[data-banner=tooMany]').waitFor();
  expect(await third.page.locator('[data-banner]').count()).toBe(1);
  await second.page.close();
  await third.page.locator('#state[data-kind=ready]').waitFor({ timeout: 20_000 });
  expect(await third.page.locator('[data-banner]').count()).toBe(0);
});

it('goes on after a first connection that failed for no reason of the account', async () => {
  const kim = await on.stranger();
  on.host.halfOpen = true;
  await kim.enter('kim', 'right');
  await becomes(() => on.host.pages, 1);
  on.host.drop();
  on.host.halfOpen = false;
  await kim.settled();
  expect(await kim.page.locator('[data-banner]').count()).toBe(0);
});

it('links to the help of the site, where there is one', async () => {
  on.host.helpUrl = 'https://help.example/';
  const kim = await on.worker();
  await becomes(() => kim.page.getByRole('link', { name: 'Help (', exact: false }).getAttribute('href'), 'https://help.example/');
});

it('links each part of the page to its place in the help, unless the address is a place itself', async () => {
  on.host.helpUrl = 'https://help.example/uc';
  const kim = await on.worker();
  const leadsTo = (part: string) => kim.page.locator(`[data-help=${part}]`).getAttribute('href');
  await becomes(() => leadsTo('work'), 'https://help.example/uc#work');
  for (const tab of ['channels', 'past', 'settings']) {
    await kim.page.locator(`#tab-${tab}`).click();
    await becomes(() => leadsTo(tab), `https://help.example/uc#${tab}`);
  }
  await kim.page.keyboard.press('?');
  await kim.page.getByRole('link', { name: 'Help: Keyboard shortcuts' }).waitFor();
  on.host.helpUrl = 'https://help.example/#/uc';
  await kim.page.reload();
  await kim.settled();
  await becomes(() => leadsTo('work'), 'https://help.example/#/uc');
});

it('asks the host for the language that the worker chose', async () => {
  const kim = await on.worker();
  await kim.page.getByRole('tab', { name: 'Alerts' }).click();
  await kim.page.getByLabel('Language').selectOption('de');
  await kim.page.getByRole('button', { name: 'Abmelden' }).waitFor();
  await kim.settled();
  await becomes(() => on.host.query, 'language=de');
});

it('speaks the language of the browser, then that of the directory', async () => {
  const kim = await on.stranger({ locale: 'de-AT' });
  await kim.page.getByRole('heading', { name: 'Anmelden' }).waitFor();
  await becomes(() => kim.page.locator('html').getAttribute('lang'), 'de');
  on.host.picture.person.language = 'en-US';
  await kim.page.getByLabel('Benutzername').fill('kim');
  await kim.page.getByLabel('Kennwort', { exact: true }).fill('right');
  await kim.page.keyboard.press('Enter');
  await kim.page.getByRole('button', { name: 'Sign out' }).waitFor();
});
