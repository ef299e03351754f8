/** A thousand pairs of business data: the page draws them, and what comes after, without a task that the worker would notice. */

import { expect, it } from 'vitest';
import { call } from './mock-host.mjs';
import { becomes, stage } from './stage';

const on = stage();
/** A task that takes longer is felt (and is what browsers call a long one). */
const LONG_MS = 50;
const pairs = (round: number) => Array.from({ length: 1_000 }, (_, at) => ({ key: `Key ${at}`, value: `value ${at} of ${round}` }));

interface TraceEvent {
  name: string;
  tid: number;
  /** The processor's own time of it, in microseconds: what else the machine does is not in it. */
  tdur?: number;
  args?: { name?: string };
}

/** The longest tasks of the pages' main threads in a trace, in milliseconds. */
function longestTasks(trace: Buffer): number[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const main = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(({ tid }) => tid));
  const tasks = traceEvents.filter(({ name, tid, tdur }) => name === 'RunTask' && main.has(tid) && tdur !== undefined);
  expect(tasks.length, 'tasks were traced').toBeGreaterThan(100);
  return tasks.map(({ tdur = 0 }) => tdur / 1000).sort((a, b) => b - a).slice(0, 5);
}

it('come with a call, change, are shown whole and folded again, without a task over 50 ms', async () => {
  const kim = await on.worker();
  const browser = kim.page.context().browser();
  if (browser === null) throw new Error('no browser');
  const rows = (): Promise<number> => kim.page.locator('.data tr').count();
  // What is done for the first time is compiled meanwhile.
  for (const traced of [false, true]) {
    if (traced) await browser.startTracing(kim.page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'] });
    const round = traced ? 2 : 0;
    on.host.tell({ type: 'call', ...call({ data: pairs(round) }) });
    await kim.call().getByText(`value 0 of ${round}`, { exact: true }).waitFor();
    await kim.aim(kim.call().getByRole('button', { name: /^Show \d/ }));
    await becomes(rows, 1_000, 10_000);
    on.host.tell({ type: 'call', ...call({ data: pairs(round + 1) }) });
    await kim.call().getByText(`value 999 of ${round + 1}`, { exact: true }).waitFor();
    await kim.aim(kim.call().getByRole('button', { name: 'Show less' }));
    const { connId, dn } = call();
    on.host.tell({ type: 'callEnd', connId, dn, ending: 'ended' });
    await kim.call().waitFor({ state: 'detached' });
  }
  const longest = longestTasks(await browser.stopTracing());
  expect(longest[0], `longest tasks: ${longest.join(', ')} ms`).toBeLessThanOrEqual(LONG_MS);
}, 60_000);
