import { describe, expect, it } from 'vitest';
import { changedLabels, kept, news, rowsOf, sections } from './data';
import type { Form, Pair } from './frames';

const form: Form = {
  fields: [
    { key: 'Order', label: 'Purchase', group: 'Case' },
    { key: 'Status', label: 'Status', group: 'Case' },
    { key: 'Customer', label: 'الزبون', group: '' },
  ],
  foldOthers: false,
};
const pairs = (...all: [string, string][]): Pair[] => all.map(([key, value]) => ({ key, value }));

describe('rows of business data', () => {
  it('are called what the site calls them, and by their key else', () => {
    const rows = rowsOf(pairs(['Order', '1'], ['Customer', 'Ada'], ['constructor', 'x']), form);
    expect(rows.map(({ label, listed }) => [label, listed])).toEqual([['Purchase', true], ['الزبون', true], ['constructor', false]]);
  });

  it('stand under their headings, in the order of the host', () => {
    const rows = rowsOf(pairs(['Order', '1'], ['Status', 'new'], ['Customer', 'Ada'], ['x', 'y']), form);
    expect(sections(rows).map(({ group, rows: together }) => [group, together.length])).toEqual([['Case', 2], ['', 2]]);
  });

  it('know which of several values is new', () => {
    const before = rowsOf(pairs(['Order', '1'], ['Order', '2'], ['Customer', 'Ada'], ['x', 'y']), form);
    const after = rowsOf(pairs(['Order', '1'], ['Order', '3'], ['Customer', 'Ada'], ['Status', 'new']), form);
    expect(news(before, after).map(({ id }) => id)).toEqual(['1 Order', '0 Status']);
    expect(changedLabels(before, after)).toEqual(['Purchase', 'Status', 'x']);
    expect(changedLabels(before, before)).toEqual([]);
  });

  it('are the very same while nothing of them changes', () => {
    const before = rowsOf([...pairs(['Order', '1'], ['Order', '2'], ['x', 'y']), { key: 'Status', value: 'new' }], form);
    const again = rowsOf([...pairs(['Order', '1'], ['Order', '3'], ['x', 'y']), { key: 'Status', value: 'new', edit: true }], form);
    expect(kept(before, again).map((row) => before.indexOf(row))).toEqual([0, -1, 2, -1]);
    const renamed = { ...form, fields: [{ key: 'x', label: 'X', group: '' }] };
    expect(kept(before, rowsOf(pairs(['x', 'y']), renamed)).map((row) => before.indexOf(row))).toEqual([-1]);
  });
});
