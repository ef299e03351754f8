/** Keyboard shortcuts as they are written, and which of them a page can have. Pure. */

export const hotkeyActions = ['preview', 'accept', 'decline', 'silence', 'state'] as const;
export type HotkeyAction = (typeof hotkeyActions)[number];
export type Hotkeys = Readonly<Record<HotkeyAction, string>>;

/** What counts where neither site nor worker says otherwise. */
export const usualHotkeys: Hotkeys = { preview: 'Alt+P', accept: 'Alt+A', decline: 'Alt+D', silence: 'Alt+M', state: 'Alt+S' };

/** Why keys cannot be used. */
export type KeysProblem = 'unfit' | 'browser' | { taken: HotkeyAction };

/** Alt always has a letter or a digit with it, so nothing acts while somebody writes (WCAG 2.1.4). */
const FIT = /^(((Ctrl\+)?Alt\+(Shift\+)?[A-Z0-9])|F2|F4|F8|F9)$/;
/** Browsers or systems act on these whatever a page does; Alt with a digit changes the tab on Linux. */
const BROWSER = /^(Ctrl\+(Shift\+)?[^+]+|.*Meta\+.*|.*\+F\d+|F(?![2489]$)\d+|Alt\+(Shift\+)?(Tab|Escape|Home|Enter|Arrow\w+)|Alt\+[EF0-9])$/;
const MODIFIERS = ['Control', 'Alt', 'AltGraph', 'Shift', 'Meta', 'OS', 'CapsLock', 'NumLock', 'Fn'];

type Pressed = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey' | 'getModifierState'>;

/** What is pressed, as in `Ctrl+Alt+X`; null: nothing yet, or a character by AltGr. */
export function keysOf(event: Pressed): string | null {
  if (MODIFIERS.includes(event.key) || event.getModifierState('AltGraph')) return null;
  const { ctrlKey, altKey, shiftKey, metaKey } = event;
  const held = Object.entries({ Ctrl: ctrlKey, Alt: altKey, Shift: shiftKey, Meta: metaKey });
  return [...held.filter(([, down]) => down).map(([name]) => name), keyOf(event)].join('+');
}

/** By the letter; by its place on the keyboard where a modifier yields another sign or the script is not Latin. */
function keyOf({ key, code }: Pressed): string {
  if (/^[a-z0-9]$/i.test(key)) return key.toUpperCase();
  return /^(?:Key|Digit)(.)$/.exec(code)?.[1] ?? key;
}

export function problemOf(keys: string, action: HotkeyAction, all: Hotkeys): KeysProblem | null {
  if (BROWSER.test(keys)) return 'browser';
  if (!FIT.test(keys)) return 'unfit';
  const other = hotkeyActions.find((one) => one !== action && all[one] === keys);
  return other === undefined ? null : { taken: other };
}

/** The keys with what somebody says otherwise; as they were where that is unsound, or one key would do two things. */
export function changed(before: Hotkeys, changes: unknown): Hotkeys {
  const after: Record<HotkeyAction, string> = { ...before };
  if (typeof changes !== 'object' || changes === null) return before;
  for (const action of hotkeyActions) {
    const keys = (changes as Record<string, unknown>)[action];
    if (typeof keys === 'string') after[action] = keys;
  }
  return hotkeyActions.every((action) => problemOf(after[action], action, after) === null) ? after : before;
}

/** As `aria-keyshortcuts` wants them. */
export const forAria = (keys: string): string => keys.replace('Ctrl', 'Control');
