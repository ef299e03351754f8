/** A small window that stays on top of others (Document Picture-in-Picture), where the browser has one. */

import { effect, signal } from '@preact/signals';
import { guardWindow } from './guard';
import { watchInput } from './idle';
import { phase } from './store';
import { direction, language } from './text/language';

/** Not in every browser, and not in TypeScript's library. */
interface PictureInPicture {
  requestWindow: (options: { width: number; height: number }) => Promise<Window>;
}
const api = (): PictureInPicture | undefined => (window as { documentPictureInPicture?: PictureInPicture }).documentPictureInPicture;

const SIZE = { width: 340, height: 260 };

/** The small window; null: none is open. */
export const onTop = signal<Window | null>(null);

/** Whether the browser has such windows here. */
export const canStayOnTop = (): boolean => api() !== undefined;

/** Opens the small window, or closes it. Must run inside a gesture. */
export async function toggleOnTop(): Promise<void> {
  if (onTop.value !== null) {
    onTop.value.close();
    return;
  }
  try {
    const opened = await api()?.requestWindow(SIZE);
    if (opened !== undefined) prepare(opened);
  } catch (error) {
    console.warn('the browser opens no small window', error);
  }
}

function prepare(opened: Window): void {
  for (const { href } of document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')) {
    opened.document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href }));
  }
  const stop = effect(() => {
    Object.assign(opened.document.documentElement, { lang: language.value, dir: direction.value });
    // Whoever signs out leaves nothing on the screen.
    if (phase.value !== 'signedIn') opened.close();
  });
  guardWindow(opened);
  watchInput(opened);
  opened.addEventListener('pagehide', () => {
    stop();
    if (onTop.peek() === opened) onTop.value = null;
  });
  onTop.value = opened;
}
