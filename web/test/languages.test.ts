/** The worker's language: the chooser, the site's own texts, and what a page shows where there are none. */

import { expect, it } from 'vitest';
import { directionOf } from '../src/text/match';
import { languages } from '../src/text/messages';
import { preview } from './mock-host.mjs';
import { becomes, stage } from './stage';

const on = stage();

it('names each language in itself, and speaks the one that is chosen', async () => {
  const kim = await on.worker();
  await kim.page.getByRole('tab', { name: 'Alerts' }).click();
  const chooser = kim.page.getByLabel('Language');
  const names = await chooser.locator('option[lang]').evaluateAll((all) => all.map((one) => `${(one as HTMLElement).lang} ${one.textContent}`));
  expect(names.map((one) => one.split(' ')[0])).toEqual([...languages]);
  expect(names.filter((one) => /^(\S+) \1?$/.test(one)), 'a name is more than its tag').toEqual([]);
  expect(names).toEqual(expect.arrayContaining(['de Deutsch', 'he עברית', 'ja 日本語', 'pt-BR português (Brasil)', 'zh-Hans 简体中文']));
  for (const tag of languages) {
    await kim.page.locator('.alerts select:has(option[lang])').selectOption(tag);
    await kim.page.locator(`html[lang="${tag}"][dir="${directionOf(tag)}"]`).waitFor();
    await becomes(() => on.host.query, `language=${tag}`);
  }
});

it('says what the site says, without a build', async () => {
  on.host.texts.en = 'preview-accept = Take it\npreview-from = { $caller } is calling\n';
  const kim = await on.worker();
  on.host.tell({ type: 'previewOffer', ...preview() });
  await kim.page.getByRole('button', { name: 'Take it' }).waitFor();
  await kim.page.getByRole('heading', { name: '+49 30 1234567 is calling' }).waitFor();
  await kim.page.getByRole('button', { name: 'Decline' }).waitFor();
});

it('says in the client\'s own words what a broken language file of the site does not, and nothing of it to the worker', async () => {
  on.host.picture.person.language = 'de';
  on.host.texts.de = 'preview-accept = { $nobody }\npreview-decline = { Nein\n\u0000\nsignOut = Auf Wiedersehen';
  const kim = await on.stranger({ locale: 'de' });
  await kim.page.getByLabel('Benutzername').fill('kim');
  await kim.page.getByLabel('Kennwort', { exact: true }).fill('right');
  await kim.page.getByRole('button', { name: 'Anmelden' }).click();
  await kim.page.getByRole('button', { name: 'Auf Wiedersehen' }).waitFor();
  on.host.tell({ type: 'previewOffer', ...preview() });
  await kim.page.getByRole('button', { name: 'Annehmen' }).waitFor();
  await kim.page.getByRole('button', { name: 'Ablehnen' }).waitFor();
  expect(await kim.page.locator('[data-notice], [data-banner]').count()).toBe(0);
});

it('is English while the host has no texts, and is in the right language when it has', async () => {
  on.host.speechless = true;
  on.host.picture.person.language = 'fr';
  const kim = await on.stranger({ locale: 'fr' });
  await kim.signIn('kim', 'right');
  await kim.page.getByRole('button', { name: 'Sign out' }).waitFor();
  on.host.speechless = false;
  on.host.drop();
  await kim.page.getByRole('button', { name: 'Se déconnecter' }).waitFor();
});
