/** Whoever leaves the page with something typed is asked by the browser whether they mean it: nobody else has it. */

import { drafts as lines, outgoing } from './chat/kept';
import { drafts as data } from './drafts';
import { hasUnsavedOutcome } from './outcomes';
import { hasNote } from './typed';

export function guardTyped(): void {
  addEventListener('beforeunload', (event) => {
    if (isUnsaved()) event.preventDefault();
  });
}

const isUnsaved = (): boolean =>
  [...lines.value.values()].some((line) => line.trim() !== '') ||
  [...outgoing.value.values()].some((sent) => sent.some(({ taken }) => !taken)) ||
  data.value.some(({ text, was }) => text !== (was ?? '')) ||
  hasUnsavedOutcome() ||
  hasNote();
