/** What is said to screen readers of the worker's own state: where it comes to rest, and what they asked for at once. */

import { effect, untracked } from '@preact/signals';
import { say } from './announcements';
import type { ShownState, Snapshot } from './frames';
import { stateText } from './refusals';
import { isSameState } from './snapshot';
import { snapshot, wish } from './store';
import { chosenLanguage, t } from './text/language';

/** A login goes through states that nobody chose: what is over sooner is not said. */
const REST_MS = 1_000;

interface Heard {
  state: ShownState;
  /** The host names states in this language: in another one the same state has another text. */
  language: string;
}

export function startSayingState(): void {
  let heard: Heard | null = null;
  let resting = 0;
  effect(() => {
    const now = snapshot.value;
    untracked(() => {
      const before = heard;
      clearTimeout(resting);
      if (now === null) {
        heard = null;
        return;
      }
      const after = heardOf(now);
      // The first state is read with the page.
      if (before === null || isSame(before, after)) {
        heard = after;
        return;
      }
      const tell = (): void => {
        heard = after;
        say(t('said-state', { state: stateText(after.state) }));
      };
      if (wish.peek()?.text === stateText(after.state)) tell();
      else resting = window.setTimeout(tell, REST_MS);
    });
  });
}

const heardOf = ({ state, person }: Snapshot): Heard => ({ state, language: `${chosenLanguage.value} ${person.language}` });

const isSame = (before: Heard, after: Heard): boolean => isSameState(before.state, after.state, before.language === after.language);
