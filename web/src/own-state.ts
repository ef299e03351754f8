/**
 * What is said to screen readers of the worker's own state: where it comes to rest, and what they asked for at once. A login
 * goes through states that nobody chose. With what Internet Explorer 11 knows.
 */

import type { ShownState } from './frames';

/** What is over sooner is not said. */
const REST_MS = 1_000;

export interface Heard {
  state: ShownState;
  /** The host names states in this language: in another one the same state has another text. */
  language: string;
}

/** Hears how the worker is, as often as anything is told; none: nobody is signed in. `asked`: they asked for this. */
export type HearState = (now: Heard | null, asked: boolean) => void;

export function saysStates(say: (state: ShownState) => void): HearState {
  let said: Heard | null = null;
  let resting: Heard | null = null;
  let timer = 0;
  return (now, asked) => {
    if (now !== null && resting !== null && isSame(resting, now)) return;
    clearTimeout(timer);
    resting = null;
    // The first state is read with the page.
    if (now === null || said === null || isSame(said, now)) {
      said = now;
      return;
    }
    const tell = (): void => {
      said = now;
      resting = null;
      say(now.state);
    };
    if (asked) {
      tell();
      return;
    }
    resting = now;
    timer = window.setTimeout(tell, REST_MS);
  };
}

function isSame({ state: one, language }: Heard, { state: other, language: otherwise }: Heard): boolean {
  return one.id === other.id && (language !== otherwise || (one.text === other.text && one.words === other.words));
}
