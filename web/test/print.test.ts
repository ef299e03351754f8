import { expect, it } from 'vitest';
import { chat, line } from './mock-chats.mjs';
import { call, preview } from './mock-host.mjs';
import { becomes, stage } from './stage';

const on = stage();

it('prints all of the page, and not what is in sight of it', async () => {
  const kim = await on.worker({ viewport: { width: 900, height: 500 } });
  const data = Array.from({ length: 60 }, (_, at) => ({ key: `Key ${at}`, value: `value ${at}` }));
  on.host.tell({ type: 'call', ...call({ data }) });
  on.host.tell({ type: 'previewOffer', ...preview({ data, notes: 'x '.repeat(900) }) });
  on.host.says(chat(), Array.from({ length: 60 }, (_, at) => line(at + 1)));
  await becomes(() => kim.page.locator('[data-chat-line]').count(), 60);
  await kim.page.emulateMedia({ media: 'print' });
  const cut = await kim.page.locator('#page *:not(.hidden-text):not(.hidden-text *)').evaluateAll((all: Element[]) =>
    all.filter((one) => one.scrollHeight > one.clientHeight + 1 && getComputedStyle(one).overflowY !== 'visible').map((one) => one.getAttribute('class')));
  expect(cut).toEqual([]);
  const pages = (await kim.page.pdf({ format: 'A4' })).toString('latin1').match(/\/Type\s*\/Page\b/g);
  expect(pages?.length ?? 0).toBeGreaterThan(2);
});
