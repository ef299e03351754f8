/** What the worker can set for this browser. */

import { stored, storedNumber, storedSwitch } from './stored';

/** What rings, each kind with a sound of its own. */
export type SoundKind = 'preview' | 'call' | 'chat';

export const sounds = { preview: storedSwitch('sound', true), call: storedSwitch('sound-call', true), chat: storedSwitch('sound-chat', true) };
/** In per cent. */
export const volume = storedNumber('volume', 100, 100);
/** The device that plays the sound, as the browser names it to this page; empty: the browser's choice. */
export const outputDevice = stored('output', '');
/** WCAG 2.1.4: shortcuts can be switched off. */
export const shortcuts = storedSwitch('shortcuts', true);
/** The keys that the worker has changed, as JSON; empty: none. */
export const ownHotkeys = stored('hotkeys', '');
/** The worker has looked whether this browser can reach them, or wants to know no more. */
export const browserChecked = storedSwitch('checked', false);
