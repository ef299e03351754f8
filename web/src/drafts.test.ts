import { beforeEach, describe, expect, it } from 'vitest';
import { begin, discard, draftOf, drafts, follow, redraft, refused } from './drafts';
import type { Call, Pair } from './frames';

const call = (...data: [string, string][]): Call => ({
  connId: '01',
  dn: '7001',
  state: 'established',
  caller: '',
  since: 0,
  data: data.map(([key, value]): Pair => ({ key, value, edit: true })),
  buttons: [],
  parties: [],
  muted: false,
});

/** The worker writes into `key`, and saves. */
function writes(before: Call, key: string, text: string, saves = true): void {
  begin(before, key, before.data.find((pair) => pair.key === key)?.value);
  for (const draft of drafts.value) redraft(draft, { text, ...(saves ? { waiting: { value: text } } : {}) });
}

beforeEach(() => {
  drafts.value = [];
});

describe('what the worker writes', () => {
  it('begins with what is there, once', () => {
    const now = call(['Order', '1']);
    begin(now, 'Order', '1');
    begin(now, 'Order', '1');
    begin(now, 'Result', undefined);
    expect(drafts.value.map(({ was, text }) => [was, text])).toEqual([['1', '1'], [undefined, '']]);
  });

  it('is done when the T-Server says that it is so', () => {
    writes(call(['Order', '1']), 'Order', '2');
    follow([call(['Order', '1'], ['x', 'y'])], false);
    expect(drafts.value[0]?.waiting).toEqual({ value: '2' });
    follow([call(['Order', '2'])], false);
    expect(drafts.value).toEqual([]);
  });

  it('is kept when somebody else changes or removes the pair, and the worker is told', () => {
    writes(call(['Order', '1']), 'Order', '2', false);
    follow([call(['Order', '7'])], false);
    expect(drafts.value[0]).toMatchObject({ was: '7', text: '2', meanwhile: true });
    follow([call()], false);
    expect(drafts.value[0]).toMatchObject({ was: undefined, text: '2', meanwhile: true });
  });

  it('is no longer waited for when the T-Server says something else', () => {
    writes(call(['Order', '1']), 'Order', '2');
    follow([call(['Order', '3'])], false);
    expect(drafts.value[0]).toMatchObject({ was: '3', text: '2', waiting: null, meanwhile: true });
  });

  it('may be saved again after a refusal, and after a lost connection', () => {
    writes(call(['Order', '1']), 'Order', '2');
    refused();
    expect(drafts.value[0]).toMatchObject({ text: '2', waiting: null });
    writes(call(['Order', '1']), 'Order', '2');
    follow([call(['Order', '1'])], true);
    expect(drafts.value[0]).toMatchObject({ text: '2', waiting: null, meanwhile: false });
  });

  it('goes with the call, and when it is given up', () => {
    writes(call(['Order', '1']), 'Order', '2');
    follow([{ ...call(['Order', '1']), dn: '7002' }], false);
    expect(drafts.value).toEqual([]);
    const now = call(['Order', '1']);
    begin(now, 'Order', '1');
    const draft = draftOf(now, 'Order');
    if (draft !== undefined) discard(draft);
    expect(drafts.value).toEqual([]);
  });
});
