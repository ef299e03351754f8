/**
 * Choosing a state from the list. An arrow key changes a closed list with every press, and each state that is passed would
 * be asked for: what is chosen by keys counts when it is confirmed with Enter, when the list is left, or after a rest.
 */

/** Somebody who has found their state presses no further key. */
const REST_MS = 2_000;

/** Chosen by keys and not asked for yet; empty: nothing is. */
let waiting = '';
let byKey = false;
let rest = 0;

/** Hears what is chosen in a list, which is made anew whenever the page is drawn. */
export function hearChoice(list: HTMLSelectElement, choose: (id: string) => void): void {
  const confirm = (): void => {
    clearTimeout(rest);
    const chosen = waiting;
    waiting = '';
    if (chosen !== '') choose(chosen);
  };
  if (waiting !== '') {
    const shown = list.value;
    list.value = waiting;
    // It may be no choice any more.
    if (list.value !== waiting) {
      forgetChoice();
      list.value = shown;
    }
  }
  list.onkeydown = ({ key }) => {
    byKey = key !== 'Enter';
    if (!byKey) confirm();
  };
  list.onmousedown = () => {
    byKey = false;
  };
  list.onchange = () => {
    waiting = list.value;
    clearTimeout(rest);
    if (byKey) rest = window.setTimeout(confirm, REST_MS);
    else confirm();
  };
  // Drawing anew takes the list away under the focus, which then goes to the next one.
  list.onblur = () => void window.setTimeout(() => { if (document.activeElement?.id !== list.id) confirm(); }, 0);
}

/** Nothing is chosen any more: the page is another worker's, or the host is out of reach. */
export function forgetChoice(): void {
  clearTimeout(rest);
  waiting = '';
}
