/** What is said to screen readers of previews and calls: what is drawn anew would be read again, or not at all. */

import type { Snapshot } from '../frames';
import { titleOf } from '../media';
import { sameCall } from '../snapshot';
import { t } from './texts';

/** Each by its name: a text that decides by a number is not for old browsers. */
const words = { ringing: 'said-ringing', dialing: 'said-dialing', busy: 'said-busy', established: 'said-established', held: 'said-held' } as const;

const nameOf = ({ caller }: { caller: string }): string => (caller === '' ? t('caller-unknown') : caller);

/** Says what has changed; what a page shows when it opens is read with it. */
export function tell(before: Snapshot | null, after: Snapshot | null, say: (text: string) => void): void {
  if (before === null || after === null) return;
  for (const preview of after.previews) {
    if (!before.previews.some(({ id }) => id === preview.id)) say(t(titleOf(preview.mediaType), { caller: nameOf(preview) }));
  }
  for (const call of after.calls) {
    // eslint-disable-next-line @typescript-eslint/prefer-find -- Internet Explorer has no find
    const known = before.calls.filter((one) => sameCall(one, call))[0]?.state;
    if (known !== call.state && call.state !== 'networkReached') say(t(known === 'held' && call.state === 'established' ? 'said-retrieved' : words[call.state], { caller: nameOf(call) }));
  }
  for (const call of before.calls) {
    if (!after.calls.some((one) => sameCall(one, call))) say(t('said-ended', { caller: nameOf(call) }));
  }
}
