import { expect, it } from 'vitest';
import { preview } from './mock-host.mjs';
import { becomes, heard, stage } from './stage';

const on = stage();
const OUTSIDE = '+4971112345';

const tell = (redirect: { number: string; on: boolean; locked: boolean }): void => {
  on.host.picture.redirect = redirect;
  on.host.tell({ type: 'snapshot', ...on.host.picture, serverTime: Date.now() });
};

it('offers no outside number where the site has none', async () => {
  const kim = await on.worker();
  expect(await kim.page.getByLabel('Outside number').count()).toBe(0);
});

it('sends accepted calls to an outside number and back, as the host confirms it', async () => {
  on.host.picture.redirect = { number: '', on: false, locked: false };
  const kim = await on.worker();
  await kim.aim(kim.page.getByRole('button', { name: 'Send calls there' }));
  await kim.page.getByText('Enter the number first.').waitFor();
  await kim.page.getByLabel('Outside number').fill('0711 12345');
  await kim.aim(kim.page.getByRole('button', { name: 'Send calls there' }));
  await heard(on.host, { type: 'redirect', number: '0711 12345', on: true });
  expect(await kim.page.getByRole('note').count(), 'nothing counts before the host says so').toBe(0);

  tell({ number: OUTSIDE, on: true, locked: false });
  await kim.page.getByRole('note').filter({ hasText: OUTSIDE }).waitFor();
  await becomes(() => kim.page.getByLabel('Outside number').inputValue(), OUTSIDE);
  await kim.aim(kim.page.getByRole('button', { name: 'Back to my own number' }));
  await heard(on.host, { type: 'redirect', number: OUTSIDE, on: false });
});

it('words a refusal and keeps what was typed', async () => {
  on.host.picture.redirect = { number: OUTSIDE, on: false, locked: false };
  const kim = await on.worker();
  await kim.page.getByLabel('Outside number').fill('12');
  await kim.aim(kim.page.getByRole('button', { name: 'Send calls there' }));
  await heard(on.host, { type: 'redirect', number: '12', on: true });
  on.host.tell({ type: 'problem', code: 'redirect-refused', why: 'number-short' });
  await kim.notice('This number is too short.');
  await becomes(() => kim.page.getByLabel('Outside number').inputValue(), '12');
});

it('keeps what is typed while another tab sends calls elsewhere, over a refusal, and while another part of the page is shown', async () => {
  on.host.picture.redirect = { number: '', on: false, locked: false };
  const kim = await on.worker();
  const field = kim.page.getByLabel('Outside number');
  await field.fill('+49 711 5555555');
  tell({ number: '+497111111', on: true, locked: false });
  await kim.page.getByRole('note').filter({ hasText: '+497111111' }).waitFor();
  expect(await field.inputValue()).toBe('+49 711 5555555');
  await kim.aim(kim.page.getByRole('button', { name: 'Send calls there' }));
  await heard(on.host, { type: 'redirect', number: '+49 711 5555555', on: true });
  on.host.tell({ type: 'problem', code: 'redirect-refused', why: 'number-short' });
  tell({ number: '+497112222', on: true, locked: false });
  await kim.page.getByRole('note').filter({ hasText: '+497112222' }).waitFor();
  await kim.page.getByRole('tab', { name: 'Alerts' }).click();
  await kim.page.getByRole('tab', { name: 'Channels' }).click();
  expect(await field.inputValue()).toBe('+49 711 5555555');
});

it.each(['0711 12345', '+\u096a\u096f 711 12345'])('takes %s, which is the number that counts already, for sent once the host has answered', async (written) => {
  on.host.picture.redirect = { number: OUTSIDE, on: true, locked: false };
  const kim = await on.worker();
  const field = kim.page.getByLabel('Outside number');
  await field.fill(written);
  const go = kim.page.getByRole('button', { name: 'Send calls there' });
  await kim.aim(go);
  await heard(on.host, { type: 'redirect', number: written, on: true });
  expect(await field.inputValue()).toBe(written);
  tell({ number: OUTSIDE, on: true, locked: false });
  await becomes(() => field.inputValue(), OUTSIDE);
  await go.waitFor({ state: 'detached' });
});

it('goes back from the number that counts, whatever is typed', async () => {
  on.host.picture.redirect = { number: OUTSIDE, on: true, locked: false };
  const kim = await on.worker();
  await kim.page.getByLabel('Outside number').fill('12');
  const back = kim.page.getByRole('button', { name: 'Back to my own number' });
  await kim.aim(back);
  await becomes(() => on.host.received, [{ type: 'redirect', number: OUTSIDE, on: false }]);
  tell({ number: OUTSIDE, on: false, locked: false });
  await back.waitFor({ state: 'detached' });
  await becomes(() => kim.page.evaluate(() => document.activeElement?.getAttribute('data-button')), 'redirect-go');
});

it('says where calls go when the administrator sets it', async () => {
  on.host.picture.redirect = { number: '', on: false, locked: false };
  const kim = await on.worker();
  tell({ number: OUTSIDE, on: true, locked: true });
  await becomes(() => kim.page.locator('[aria-live=polite] p').allTextContents(), [`Calls you accept go to the outside number ${OUTSIDE}. Your administrator has set where your calls go.`]);
});

it('leaves a locked number to the administrator', async () => {
  on.host.picture.redirect = { number: OUTSIDE, on: true, locked: true };
  const kim = await on.worker();
  await kim.page.getByText('Your administrator has set where your calls go.').waitFor();
  expect(await kim.page.getByLabel('Outside number').count()).toBe(0);
});

it('shows with a preview where the call goes, and accepts that and nothing else', async () => {
  const kim = await on.worker();
  on.host.tell({ type: 'previewOffer', ...preview({ redirect: OUTSIDE }) });
  await kim.page.locator('.preview').filter({ hasText: `to the outside number \u2066${OUTSIDE}\u2069` }).waitFor();
  on.host.deaf = true;
  await kim.accept();
  await heard(on.host, { type: 'previewAnswer', id: 17, accept: true, redirect: OUTSIDE });

  on.host.picture.previews = [preview({ redirect: '+431234' })];
  on.host.tell({ type: 'snapshot', ...on.host.picture, serverTime: Date.now() });
  on.host.tell({ type: 'problem', code: 'preview-redirected', why: 'preview-redirected' });
  await kim.notice('Where the call goes has changed. Look at the preview and accept it again.');
  await kim.accept();
  await heard(on.host, { type: 'previewAnswer', id: 17, accept: true, redirect: '+431234' });
});
