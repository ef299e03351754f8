/** What a worker can set: each for themselves in this browser, but for the device that plays. */

import { stored, storedNumber, storedOfWorker, storedSwitch, storedWord } from './stored';

/** What rings, each kind with a sound of its own. */
export const soundKinds = ['preview', 'chatPreview', 'call', 'chat'] as const;
export type SoundKind = (typeof soundKinds)[number];
/** The sounds that are built in. */
export const toneNames = ['rise', 'knock', 'pairs', 'stroke', 'fall', 'triad'] as const;
export type ToneName = (typeof toneNames)[number];
/** `on`: the site's sound, else the usual one of the kind. */
export const soundChoices = ['on', ...toneNames, 'off'] as const;
export type SoundChoice = (typeof soundChoices)[number];

export const sounds = {
  preview: storedWord('sound', soundChoices),
  chatPreview: storedWord('sound-chat-preview', soundChoices),
  call: storedWord('sound-call', soundChoices),
  chat: storedWord('sound-chat', soundChoices),
};
export const isAudible = (kind: SoundKind): boolean => sounds[kind].value !== 'off';
/** What a try of the sound plays. */
export const triedKind = (): SoundKind => soundKinds.find(isAudible) ?? 'preview';
/** In per cent. */
export const volume = storedNumber('volume', 100, 100);
/** The device that plays the sound, whoever works here, as the browser names it to this page; empty: the browser's choice. */
export const outputDevice = stored('output', '');
/** WCAG 2.1.4: shortcuts can be switched off. */
export const shortcuts = storedSwitch('shortcuts', true);
/** The keys that the worker has changed, as JSON; empty: none. */
export const ownHotkeys = storedOfWorker('hotkeys', '');
/** The worker has looked whether this browser can reach them, or wants to know no more. */
export const browserChecked = storedSwitch('checked', false);
