/** Business data as rows: what the site calls each pair, under which heading, and what is new. Pure. */

import type { Form, FormField, Pair } from './frames';

export interface Row {
  /** The key, and which of its values. */
  readonly id: string;
  readonly label: string;
  /** Empty: no heading. */
  readonly group: string;
  /** The site has given it its place. */
  readonly listed: boolean;
  readonly pair: Pair;
}

/** What the site calls a key. */
export const labelOf = (form: Form, key: string): string => form.fields.find((field) => field.key === key)?.label ?? key;

/** The rows in the order of the host's pairs; a key may come twice. */
export function rowsOf(data: readonly Pair[], form: Form): readonly Row[] {
  const times = new Map<string, number>();
  const fields = new Map<string, FormField>(form.fields.map((field) => [field.key, field]));
  return data.map((pair) => {
    const nth = times.get(pair.key) ?? 0;
    times.set(pair.key, nth + 1);
    const field = fields.get(pair.key);
    const named = { label: field?.label ?? pair.key, group: field?.group ?? '', listed: field !== undefined };
    return { id: `${nth} ${pair.key}`, ...named, pair };
  });
}

/** The rows after, those that are as before being the very same: whoever draws them need not draw them again. */
export function kept(before: readonly Row[], after: readonly Row[]): readonly Row[] {
  const known = new Map(before.map((row) => [row.id, row]));
  return after.map((row) => {
    const old = known.get(row.id);
    return old !== undefined && same(old, row) ? old : row;
  });
}

const same = ({ pair: before, ...old }: Row, { pair: after, ...row }: Row): boolean => alike(old, row) && alike(before, after);

/** Objects of plain values. */
function alike<T extends object>(a: T, b: T): boolean {
  const keys = Object.keys(a) as (keyof T)[];
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** Rows with the same heading that stand together. */
export function sections(rows: readonly Row[]): readonly { readonly group: string; readonly rows: readonly Row[] }[] {
  const found: { group: string; rows: Row[] }[] = [];
  for (const row of rows) {
    const last = found.at(-1);
    if (last?.group === row.group) last.rows.push(row);
    else found.push({ group: row.group, rows: [row] });
  }
  return found;
}

/** The rows that are new or have another value. */
export function news(before: readonly Row[], after: readonly Row[]): readonly Row[] {
  const known = new Map(before.map(({ id, pair }) => [id, pair.value]));
  return after.filter(({ id, pair }) => known.get(id) !== pair.value);
}

/** The names of what is new, has changed or has gone, each once. */
export function changedLabels(before: readonly Row[], after: readonly Row[]): readonly string[] {
  const there = new Set(after.map(({ id }) => id));
  const gone = before.filter(({ id }) => !there.has(id));
  return [...new Set([...news(before, after), ...gone].map(({ label }) => label))];
}
