/** Every language fits, at 320 px and with text of twice the size: nothing is cut, nothing scrolls sideways (WCAG 1.4.4, 1.4.10). */

import { describe, expect, it } from 'vitest';
import { tags } from './language-files.mjs';
import { misfits } from './misfits';
import { chat } from './mock-chats.mjs';
import { call, consult, preview } from './mock-host.mjs';
import type { WorkerPage } from './page';
import { becomes, stage } from './stage';
import { targets } from './targets.mjs';

const on = stage();

const ends = ['accepted', 'rejected', 'takenByAnother', 'timedOut', 'cancelled', 'callerGone'] as const;

const looks = [
  { name: '320 px', width: 320, height: 640, text: '' },
  { name: 'twice the size', width: 640, height: 720, text: '200%' },
];

/** What is wrong in each look, named by the step of the story. */
async function wrong(kim: WorkerPage, step: string): Promise<string[]> {
  const all: string[] = [];
  for (const { name, width, height, text } of looks) {
    await kim.page.setViewportSize({ width, height });
    await kim.page.evaluate((size) => { document.documentElement.style.fontSize = size; }, text);
    for (const misfit of await misfits(kim.page)) all.push(`${step}, ${name}: ${misfit}`);
    if (process.env.SCREENSHOTS !== undefined) await kim.page.screenshot({ path: `${process.env.SCREENSHOTS}/${step}-${name}.png`.replace(/ /g, '-') });
  }
  return all;
}

describe.each(tags)('%s', (tag) => {
  it('fits at the sign-in page and at the desk, with all that opens there', async () => {
    on.host.picture.person.language = tag;
    on.host.helpUrl = 'https://help.example/';
    on.host.picture.form = { fields: [{ key: 'Order', label: 'Order', group: 'Case' }, { key: 'Result', label: 'Result', group: '' }], foldOthers: false };
    const kim = await on.stranger({ locale: tag });
    await kim.page.locator(`html[lang="${tag}"]`).waitFor();
    const all = await wrong(kim, `${tag} sign-in`);
    await kim.page.locator('button[type=submit]').click();
    await kim.page.locator('.form-error').waitFor();
    all.push(...(await wrong(kim, `${tag} refused`)));

    await kim.page.locator('input[name=user]').fill('kim');
    await kim.page.locator('input[name=password]').fill('right');
    await kim.page.locator('button[type=submit]').click();
    await kim.settled();
    all.push(...(await wrong(kim, `${tag} empty desk`)));

    on.host.tell({ type: 'call', ...call() });
    on.host.tell({ type: 'problem', code: 'call-refused', why: 'call-refused', words: 'The switch refused it.' });
    on.host.targets = targets();
    await kim.aim(kim.call().locator('[data-button=transfer]'));
    await kim.page.keyboard.type('b');
    await kim.page.getByRole('option').first().waitFor();
    all.push(...(await wrong(kim, `${tag} targets`)));
    await kim.page.getByRole('option').nth(1).click();
    await kim.page.locator('[data-chosen]').waitFor();
    all.push(...(await wrong(kim, `${tag} chosen`)));
    await kim.page.getByRole('combobox').fill('');
    await kim.aim(kim.call().locator('form.transfer .actions button').first());
    await kim.call().locator('.form-error').waitFor();
    for (const [id, end] of ends.entries()) {
      on.host.tell({ type: 'previewOffer', ...preview({ id }) });
      on.host.tell({ type: 'previewEnd', id, end, text: '' });
    }
    await kim.page.locator('.badge').waitFor();
    await kim.page.locator('#tab-past').click();
    await kim.page.locator('[data-past="0"]').waitFor();
    all.push(...(await wrong(kim, `${tag} past`)));
    await kim.page.locator('#tab-settings').click();
    all.push(...(await wrong(kim, `${tag} call`)));
    const order = { key: 'Order', value: '4711', link: 'https://crm.example.com/order/4711', edit: true };
    const rest = [{ key: 'Story', value: 'Once', cut: 4_000 }];
    on.host.tell({ type: 'call', ...call({ data: [order, ...rest], add: ['Result'], more: 9_800 }) });
    await kim.call().locator('[data-key=Story]').waitFor();
    all.push(...(await wrong(kim, `${tag} data`)));
    await kim.call().locator('[data-key=Order] button').click();
    on.host.tell({ type: 'call', ...call({ data: [{ ...order, value: '4712' }, ...rest], add: ['Result'], more: 9_800 }) });
    await kim.call().locator('[data-key=Order] [role=status] p').waitFor();
    all.push(...(await wrong(kim, `${tag} data edited`)));
    await kim.page.keyboard.press('Escape');
    on.host.tell({ type: 'call', ...call({ state: 'held', buttons: ['answer', 'retrieve', 'release'] }) });
    on.host.tell({ type: 'call', ...consult() });
    await kim.aim(kim.call().locator('.seldom .more'));
    await kim.aim(kim.call().locator('[data-button=digits]'));
    await kim.aim(kim.page.locator('[data-button=dial]'));
    all.push(...(await wrong(kim, `${tag} consult call`)));
    const waiting = { id: 'k', text: 'One moment', refused: true, words: 'invalid attribute value' };
    on.host.tell({ type: 'chat', ...chat({ outbox: [waiting], escalation: { state: 'refused', words: '' }, dropped: 3, missing: 2 }) });
    on.host.tell({ type: 'chat', ...chat({ connId: '00c4000000000002', unread: 3 }) });
    await kim.page.locator('[data-chat-own=refused]').waitFor();
    await kim.page.locator('.chat-write textarea').fill('x'.repeat(9_000));
    all.push(...(await wrong(kim, `${tag} chat`)));
    on.host.tell({ type: 'chat', ...chat({ state: 'dnGone', until: Date.now() + 60_000 }) });
    await kim.page.locator('[data-chat-state=dnGone]').waitFor();
    all.push(...(await wrong(kim, `${tag} chat over`)));
    for (const connId of [chat().connId, '00c4000000000002']) on.host.tell({ type: 'chatGone', connId, dn: '7001' });
    on.host.tell({ type: 'callEnd', connId: consult().connId, dn: '7001', ending: 'unreachable' });
    on.host.tell({ type: 'previewOffer', ...preview({ broadcast: true }) });
    await kim.preview(17).waitFor();
    all.push(...(await wrong(kim, `${tag} preview`)));

    await kim.page.locator('#state').click();
    await kim.page.getByRole('menu').waitFor();
    all.push(...(await wrong(kim, `${tag} state menu`)));
    await kim.page.keyboard.press('Escape');
    await kim.page.keyboard.press('?');
    await kim.page.getByRole('dialog').waitFor();
    all.push(...(await wrong(kim, `${tag} shortcuts`)));
    await kim.page.keyboard.press('Escape');
    on.host.down = true;
    on.host.drop();
    await kim.saysLost();
    all.push(...(await wrong(kim, `${tag} lost`)));
    expect(all).toEqual([]);
    // Every view of the page, one after the other.
  }, 90_000);
});

it('what does not fit is noticed', async () => {
  const kim = await on.stranger({ viewport: { width: 320, height: 640 } });
  await kim.page.locator('button[type=submit]').evaluate((button) => { button.textContent = 'Donaudampfschifffahrtsgesellschaftskapitänskajüte'; });
  await becomes(async () => (await misfits(kim.page)).length > 0, true);
});
