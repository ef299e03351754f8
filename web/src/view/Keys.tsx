import type { HotkeyAction } from '../hotkeys';
import { shownKeys } from './shortcuts';

/** The keys of an action, on its button. Screen readers have them from `aria-keyshortcuts`. */
export function Keys({ action }: { action: HotkeyAction }) {
  const keys = shownKeys(action);
  return keys === undefined ? null : <kbd aria-hidden="true">{keys}</kbd>;
}
