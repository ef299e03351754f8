/**
 * A thousand pairs of business data: the page draws them a part at a time, so that it takes input in between. How long a
 * part takes says `npm run bench`.
 */

import { expect, it } from 'vitest';
import { call } from './mock-host.mjs';
import { becomes, stage } from './stage';

const on = stage();
/** Far fewer than there are, and more than the page draws with one frame. */
const FEW = 50;
const pairs = (round: number) => Array.from({ length: 1_000 }, (_, at) => ({ key: `Key ${at}`, value: `value ${at} of ${round}` }));

/** Runs in the page: notes how many rows were added at once, at most. */
function watchRows(): void {
  const rows = (nodes: NodeList): number =>
    [...nodes].reduce((sum, node) => sum + (node instanceof Element ? Number(node.matches('tr')) + node.querySelectorAll('tr').length : 0), 0);
  new MutationObserver((changes) => {
    const added = changes.reduce((sum, { addedNodes }) => sum + rows(addedNodes), 0);
    const { dataset } = document.documentElement;
    dataset.rowsAtOnce = String(Math.max(Number(dataset.rowsAtOnce ?? 0), added));
  }).observe(document.body, { childList: true, subtree: true });
}

it('come with a call, change, are shown whole and folded again, never many at once', async () => {
  const kim = await on.worker();
  await kim.page.evaluate(watchRows);
  const rows = (): Promise<number> => kim.page.locator('.data tr').count();
  for (const round of [0, 2]) {
    on.host.tell({ type: 'call', ...call({ data: pairs(round) }) });
    await kim.call().getByText(`value 0 of ${round}`, { exact: true }).waitFor();
    await kim.aim(kim.call().getByRole('button', { name: /^Show \d/ }));
    await becomes(rows, 1_000, 20_000);
    on.host.tell({ type: 'call', ...call({ data: pairs(round + 1) }) });
    await kim.call().getByText(`value 999 of ${round + 1}`, { exact: true }).waitFor();
    await kim.aim(kim.call().getByRole('button', { name: 'Show less' }));
    const { connId, dn } = call();
    on.host.tell({ type: 'callEnd', connId, dn, ending: 'ended' });
    await kim.call().waitFor({ state: 'detached' });
  }
  const atOnce = Number(await kim.page.evaluate(() => document.documentElement.dataset.rowsAtOnce));
  expect(atOnce, 'rows were watched').toBeGreaterThan(0);
  expect(atOnce).toBeLessThanOrEqual(FEW);
}, 60_000);
