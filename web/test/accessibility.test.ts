import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { violations as violationsOf } from './axe';
import { misfits } from './misfits';
import { call, consult, preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, heard, stage } from './stage';
import { looks, open, views, wear, type Look, type View } from './views.mjs';

const on = stage();
const violations = (page: WorkerPage) => violationsOf(page.page);

async function opened(view: View, look: Look): Promise<WorkerPage> {
  const kim = await on.stranger(look.options);
  await open(kim.page, view, on.host, look);
  return kim;
}

/** What is wrong with a page as it is, each named by its look. */
async function wrong(kim: WorkerPage, { name }: Look): Promise<string[]> {
  return [...(await violations(kim)), ...(await misfits(kim.page))].map((fault) => `${name}: ${fault}`);
}

/** The measures of WCAG 1.4.12. */
const setWider = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-block-end: 2em !important }');
    document.adoptedStyleSheets.push(sheet);
  });

it.each(views)('axe-core finds nothing in any look, and all fits: $name', async (view) => {
  const faults: string[] = [];
  let kim: WorkerPage | undefined;
  for (const look of looks) {
    if (kim !== undefined && view.hurries !== true && look.language === undefined) await wear(kim.page, look);
    else {
      await kim?.page.context().close();
      on.host.reset();
      kim = await opened(view, look);
    }
    faults.push(...(await wrong(kim, look)));
  }
  expect(faults).toEqual([]);
}, 60_000);

it.each(views)('all fits where texts are set wider: $name', async (view) => {
  const [look] = looks;
  if (look === undefined) throw new Error('no look');
  const kim = await opened(view, look);
  await setWider(kim.page);
  expect(await misfits(kim.page)).toEqual([]);
});

describe('controls', () => {
  it('are at least 44 px high and wide', async () => {
    const kim = await on.worker({ viewport: { width: 320, height: 640 } });
    on.host.tell({ type: 'call', ...call() });
    on.host.tell({ type: 'call', ...consult() });
    await kim.aim(kim.call().getByRole('button', { name: 'More actions' }));
    await kim.aim(kim.call().getByRole('button', { name: 'Keypad' }));
    on.host.tell({ type: 'previewOffer', ...preview() });
    await kim.preview().waitFor();
    const small = await kim.page.locator('button:visible, label.switch:visible').evaluateAll((all) =>
      all.filter((one) => Math.min(one.clientHeight + 2, one.clientWidth + 2) < 44).map((one) => one.outerHTML),
    );
    expect(small).toEqual([]);
  });
});

describe('the keyboard alone', () => {
  it('signs in, changes the state, goes to a preview, accepts it and presses a call button', async () => {
    const kim = await on.stranger();
    const { keyboard } = kim.page;
    await kim.page.getByLabel('User name').and(kim.page.locator(':focus')).waitFor();
    await keyboard.type('kim');
    await keyboard.press('Tab');
    await keyboard.type('right');
    await keyboard.press('Enter');
    await kim.settled();

    await keyboard.press('Alt+s');
    await kim.page.getByRole('menuitemradio', { name: 'Ready' }).and(kim.page.locator(':focus')).waitFor();
    await keyboard.press('End');
    await keyboard.press('ArrowDown');
    await keyboard.press('d');
    await keyboard.press('Enter');
    await heard(on.host, { type: 'choose', state: 'dnd' });
    await kim.page.locator('#state:focus').waitFor();

    on.host.tell({ type: 'previewOffer', ...preview() });
    await kim.page.locator('[data-preview="17"]:focus').waitFor();
    await kim.still(kim.preview(17));
    await keyboard.press('Alt+a');
    await heard(on.host, { type: 'previewAnswer', id: 17, accept: true });
    await kim.previewGone();
    await kim.page.locator('#state:focus').waitFor();

    on.host.tell({ type: 'call', ...call({ buttons: ['hold'] }) });
    await kim.callIs('established');
    await tabTo(kim, 'Hold');
    await kim.still(kim.call().getByRole('button', { name: 'Hold' }));
    await keyboard.press('Space');
    await heard(on.host, { type: 'call', button: 'hold', connId: call().connId, dn: '7001', state: 'established' });
  });

  it('declines only the preview in focus, and never takes the focus from somebody who types', async () => {
    const kim = await on.worker();
    on.host.tell({ type: 'call', ...call() });
    await kim.aim(kim.call().getByRole('button', { name: 'Transfer' }));
    await kim.call().locator('input:focus').waitFor();
    await kim.page.keyboard.type('70');
    on.host.tell({ type: 'previewOffer', ...preview({ id: 1 }) });
    on.host.tell({ type: 'previewOffer', ...preview({ id: 2 }) });
    await kim.preview(2).waitFor();
    await kim.page.keyboard.type('99?');
    await kim.page.keyboard.press('Alt+d');
    await becomes(() => kim.call().getByLabel('Transfer to number').inputValue(), '7099?');
    expect(on.host.received).toEqual([]);
    await kim.still(kim.preview(1));
    await kim.page.keyboard.press('Alt+p');
    await kim.page.keyboard.press('Alt+d');
    await heard(on.host, { type: 'previewAnswer', id: 1, accept: false });
    await kim.page.locator('[data-preview="2"]:focus').waitFor();
  });

  it('opens the sheet of shortcuts, which can be switched off', async () => {
    const kim = await on.worker();
    await kim.page.keyboard.press('?');
    await kim.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await kim.page.keyboard.press('Escape');
    await kim.page.getByRole('dialog').waitFor({ state: 'hidden' });
    await kim.page.getByRole('tab', { name: 'Alerts' }).click();
    await kim.page.getByRole('switch', { name: 'Use keyboard shortcuts' }).click();
    on.host.tell({ type: 'previewOffer', ...preview() });
    await kim.preview().focus();
    await kim.page.keyboard.press('Alt+a');
    await kim.page.keyboard.press('?');
    expect(await kim.page.getByRole('dialog').count()).toBe(0);
    expect(on.host.received).toEqual([]);
  });
});

async function tabTo(page: WorkerPage, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.page.keyboard.press('Tab');
    if ((await page.page.evaluate(() => document.activeElement?.textContent)) === name) return;
  }
  throw new Error(`Tab never reaches ${name}`);
}
