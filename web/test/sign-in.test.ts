import { expect, it } from 'vitest';
import { stage } from './stage';

const on = stage();

it('signs in, and stays signed in over a reload', async () => {
  const kim = await on.worker();
  await kim.showsState('Ready');
  await kim.page.reload();
  await kim.settled();
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
  [500, 'does not answer'],
])('says what to do when the host answers %d', async (status, text) => {
  on.host.refuseWith = status;
  const kim = await on.stranger();
  await kim.enter('kim', 'right');
  await kim.page.getByRole('alert').filter({ hasText: text }).waitFor();
});

it('signs out in every tab', async () => {
  const kim = await on.worker();
  const second = await on.tabOf(kim);
  await second.settled();
  await kim.signOut();
  await second.page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

it('speaks the language of the browser, then that of the directory', async () => {
  const kim = await on.stranger({ locale: 'de-AT' });
  await kim.page.getByRole('heading', { name: 'Anmelden' }).waitFor();
  expect(await kim.page.locator('html').getAttribute('lang')).toBe('de');
  on.host.picture.person.language = 'en-US';
  await kim.page.getByLabel('Benutzername').fill('kim');
  await kim.page.getByLabel('Kennwort', { exact: true }).fill('right');
  await kim.page.keyboard.press('Enter');
  await kim.page.getByRole('button', { name: 'Sign out' }).waitFor();
});
