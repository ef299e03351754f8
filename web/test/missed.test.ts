import { expect, it } from 'vitest';
import { heard, stage } from './stage';

const on = stage();

it('says why no calls come, and sends that the worker is back', async () => {
  on.host.picture.missed = 3;
  const kim = await on.worker();
  await kim.page.getByText('Previews missed in a row').waitFor();
  await kim.aim(kim.page.getByRole('button', { name: 'I am back' }));
  await heard(on.host, { type: 'back' });
  await kim.page.getByText('Previews missed in a row').waitFor();
  const { state, menu, logIn, logOut, channels } = on.host.picture;
  on.host.tell({ type: 'state', state, menu, logIn, logOut, channels });
  await kim.page.getByText('Previews missed in a row').waitFor({ state: 'detached' });
  expect(await kim.page.evaluate(() => document.activeElement?.id), 'the focus is not lost with the button').toBe('work');
});

it('says nothing to whoever missed none', async () => {
  const kim = await on.worker();
  expect(await kim.page.getByRole('button', { name: 'I am back' }).count()).toBe(0);
});
