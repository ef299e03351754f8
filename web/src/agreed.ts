/** What the worker agrees to with an acceptance: that the call goes where the page said. */

import type { ClientFrame } from './frames';
import { previews } from './store';

/** The outside number that each preview showed when it was answered. */
const shown = new Map<number, string | undefined>();

/** The answer to a preview, given now. */
export function newAnswer(id: number, accept: boolean): ClientFrame {
  const open = previews.value;
  for (const known of shown.keys()) if (!open.some((preview) => preview.id === known)) shown.delete(known);
  shown.set(id, open.find((preview) => preview.id === id)?.redirect);
  return sameAnswer(id, accept);
}

/** The same answer once more: a page that has reconnected may show another number by now. */
export function sameAnswer(id: number, accept: boolean): ClientFrame {
  const redirect = shown.get(id);
  return { type: 'previewAnswer', id, accept, ...(accept && redirect !== undefined ? { redirect } : {}) };
}
