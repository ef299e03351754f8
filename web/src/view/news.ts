/** Which rows are marked, because their value is new. */

import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { news, type Row } from '../data';
import type { Form } from '../frames';

/** As long as an eye takes to come back to them. */
const MARKED_MS = 4_000;
/** Where more are new, marks would lead the eye nowhere, and each is drawn once more for them. */
const MOST_MARKED = 100;

/** What a form that has changed shows otherwise is no news of the call. */
export function useNews(rows: readonly Row[], form: Form): ReadonlySet<string> {
  const marked = useSignal<ReadonlySet<string>>(new Set());
  const before = useRef<{ rows: readonly Row[]; form: Form } | null>(null);
  const timer = useRef(0);
  useLayoutEffect(() => {
    const fresh = before.current?.form === form ? news(before.current.rows, rows) : [];
    before.current = { rows, form };
    if (fresh.length === 0 || fresh.length > MOST_MARKED) return;
    marked.value = new Set(fresh.map(({ id }) => id));
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      marked.value = new Set();
    }, MARKED_MS);
  });
  useLayoutEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  return marked.value;
}
