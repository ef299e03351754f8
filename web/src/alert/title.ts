/** The page's title: says how many previews wait, and flashes while the page is not in front. */

import { computed, effect, signal } from '@preact/signals';
import { phase, previews } from '../store';
import { t } from '../text/language';
import { front } from './front';

const FLASH_MS = 1_000;

export function startTitle(): void {
  const turn = signal(false);
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const flashing = computed(() => phase.value === 'signedIn' && previews.value.length > 0 && !front.value);
  effect(() => {
    if (!flashing.value) return undefined;
    turn.value = true;
    if (calm.matches) return undefined;
    const timer = setInterval(() => (turn.value = !turn.peek()), FLASH_MS);
    return () => {
      clearInterval(timer);
    };
  });
  effect(() => {
    const first = previews.value[0];
    const plain = first === undefined ? t('app.name') : `(${previews.value.length}) ${t('app.name')}`;
    const caller = first === undefined || first.caller === '' ? t('caller.unknown') : first.caller;
    document.title = flashing.value && turn.value ? t('alert.flash', { caller }) : plain;
  });
}
