/** Draws a long list a part at a time, so that the page takes input in between. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** Some milliseconds on a slow machine. */
const PART = 25;

/** How many to draw: at first `first`, then more with each frame until it is `all`. */
export function useGrowing(first: number, all: number): number {
  const drawn = useSignal(first);
  const now = Math.min(Math.max(first, drawn.value), all);
  useEffect(() => {
    if (now === all) {
      drawn.value = all;
      return undefined;
    }
    const frame = requestAnimationFrame(() => {
      drawn.value = Math.min(now + PART, all);
    });
    return () => {
      cancelAnimationFrame(frame);
    };
  }, [now, all, drawn]);
  return now;
}
