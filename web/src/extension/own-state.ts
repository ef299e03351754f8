/** What is said to screen readers of the worker's own state: where it comes to rest, and what they asked for at once. */

import type { Snapshot } from '../frames';
import { sayState } from '../reasons';
import { isSameState } from '../snapshot';
import { t } from './texts';

/** A login goes through states that nobody chose: what is over sooner is not said. */
const REST_MS = 1_000;

let heard: Snapshot | null = null;
let resting = 0;

/** The worker's state is as in `now`; none: nobody is signed in. `asked`: the id of the state that they asked for last. */
export function hearState(now: Snapshot | null, asked: string, say: (text: string) => void): void {
  clearTimeout(resting);
  // The first state is read with the page.
  if (now === null || heard === null || isSameState(heard.state, now.state, heard.person.language === now.person.language)) {
    heard = now;
    return;
  }
  const tell = (): void => {
    heard = now;
    say(t('said-state', { state: sayState(now.state, t) }));
  };
  if (now.state.id === asked) tell();
  else resting = window.setTimeout(tell, REST_MS);
}
