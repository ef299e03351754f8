/** A worker looks for a colleague, asks them first, and passes the caller on with a note, against the real service. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ContactCentre } from './contact-centre';
import { desks } from './desk';

const at = desks();
let centre: ContactCentre;
beforeAll(async () => {
  centre = await ContactCentre.start();
});
afterAll(async () => {
  expect(await centre.stop()).toBe(0);
});

it('finds a colleague, asks them, and the caller comes to them with the note', async () => {
  const [kim, lee] = [await at.open(centre.url), await at.open(centre.url)];
  await kim.signIn('kim', 'demo-kim');
  await lee.signIn('lee', 'demo-lee');
  await kim.choose('Available');
  await kim.showsState('Available');
  await centre.command('call +493012345 5001 CustomerName=Ada');
  await kim.callIs('ringing');
  await kim.press('Answer');
  await kim.callIs('established');

  await kim.aim(kim.call().getByRole('button', { name: 'Transfer', exact: true }));
  await kim.page.keyboard.type('ord');
  await kim.page.locator('[data-target="point:orders"]').filter({ hasText: /Waiting\s*3/ }).waitFor();
  await at.picture(kim, '7-contact-point');
  await kim.page.getByRole('combobox').fill('mus le');
  await kim.page.locator('[data-target="worker:lee"]').filter({ hasText: 'experts' }).waitFor();
  await kim.page.keyboard.press('ArrowDown');
  await kim.page.keyboard.press('Enter');
  await kim.page.locator('[data-chosen="worker:lee"]').waitFor();
  await kim.call().getByLabel('Note').fill('Waits since Monday');
  await at.picture(kim, '8-colleague');
  await kim.aim(kim.call().getByRole('button', { name: 'Ask them first' }));

  await lee.callIs('ringing');
  await lee.aim(lee.call().locator('[data-button=answer]'));
  await lee.callIs('established');
  await kim.press('Complete transfer');
  await kim.call().waitFor({ state: 'detached' });
  await lee.call().filter({ hasText: '+493012345' }).filter({ hasText: 'Waits since Monday' }).waitFor();

  // The T-Server's own log, in its order.
  const log = centre.tServer.output;
  const places = ['RequestUpdateUserData', 'RequestInitiateTransfer', 'RequestCompleteTransfer'].map((name) => log.indexOf(name));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(places).toEqual([...places].sort((one, other) => one - other));
  expect(log).toContain('Waits since Monday');
});
