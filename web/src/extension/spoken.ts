/** Said to screen readers: what is drawn anew would be read again, or not at all. */

import { element } from './dom';

/** Lines that are kept. */
const SPOKEN = 5;
const spoken = element('div', { id: 'spoken', role: 'log', 'aria-live': 'polite' });
document.body.appendChild(spoken);

export function say(text: string): void {
  spoken.appendChild(element('p', {}, text));
  while (spoken.childNodes.length > SPOKEN && spoken.firstChild !== null) spoken.removeChild(spoken.firstChild);
}

export function forgetSpoken(): void {
  spoken.textContent = '';
}
