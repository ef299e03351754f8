/** Keeps the focus where the worker is when what holds it changes or goes. */

import { useLayoutEffect, useRef } from 'preact/hooks';
import { freshen } from '../guard';

/** What stands in the place of a button once it has done what it says. */
const counterparts: Readonly<Record<string, string>> = { mute: 'unmute', unmute: 'mute', hold: 'retrieve', retrieve: 'hold' };

/** The name of the counterpart on a card, where the caller's buttons stand beside those of a consult call. */
const counterpartOf = (name: string): string => name.replace(/\w+$/, (last) => counterparts[last] ?? '');

/**
 * The focus of a card of buttons: a button that goes passes it on to its counterpart, else to the first one there is, and the
 * card to `#work`. Buttons carry `data-button`.
 */
export function useFocusKept(card: { current: HTMLElement | null }): void {
  // Noted as it moves: when a button is gone, so is the answer to where the focus was.
  const held = useRef(false);
  const name = useRef('');
  const writing = useRef(false);
  useLayoutEffect(() => {
    const note = (event: FocusEvent): void => {
      held.current = card.current?.contains(event.target as Node) === true;
      writing.current = (event.target as Element).matches('input, textarea');
      name.current = (event.target as Element).getAttribute('data-button') ?? '';
    };
    document.addEventListener('focusin', note);
    return () => {
      document.removeEventListener('focusin', note);
      if (held.current) document.getElementById('work')?.focus();
    };
  }, [card]);
  useLayoutEffect(() => {
    if (!held.current || document.activeElement !== document.body) return;
    // Whoever still writes presses no button with it.
    if (writing.current) {
      card.current?.focus();
      return;
    }
    const buttons = [...(card.current?.querySelectorAll<HTMLElement>('[data-button]') ?? [])];
    const counterpart = counterpartOf(name.current);
    // What is seldom pressed may be folded: then it is behind that button.
    const folded = counterpart === '' ? null : card.current?.querySelector<HTMLElement>('.seldom button');
    const next = buttons.find((button) => button.dataset.button === counterpart) ?? folded ?? buttons[0];
    // A key that is still under way was meant for the button that has gone.
    if (next !== undefined) freshen(next);
    (next ?? card.current)?.focus();
  });
}

/** Brings Accept and Decline of a preview that has just come into sight, and keeps what somebody writes in sight. */
export function bringIntoSight(preview: HTMLElement, written: HTMLElement | null): void {
  const view = preview.closest('.scroller')?.getBoundingClientRect();
  const all = preview.closest('.previews');
  const actions = preview.querySelector('.actions')?.getBoundingClientRect();
  if (view === undefined || all === null || actions === undefined) return;
  if (written !== null) {
    if (written.getBoundingClientRect().top < all.getBoundingClientRect().bottom) written.scrollIntoView({ block: 'end' });
  } else if (all.firstElementChild === preview && actions.bottom > view.bottom) {
    all.scrollIntoView({ block: 'start' });
  }
}
