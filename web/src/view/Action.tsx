import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { settled, useGuard } from '../guard';
import type { HotkeyAction } from '../hotkeys';
import { Keys } from './Keys';
import { ariaKeys } from './shortcuts';

interface Props {
  /** What the action means: names its colour and its icon. */
  kind: 'accept' | 'decline' | 'primary' | 'plain';
  /** Out of order it keeps its place and the focus, and does nothing. */
  enabled: boolean;
  /** What its keyboard shortcut does; shown beside the text. */
  keys?: HotkeyAction;
  /** Names it among the buttons of its card. */
  name?: string;
  act: () => void;
  children: ComponentChildren;
}

/** A button that asks the host for something. */
export function Action({ kind, enabled, keys, name, act, children }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  useGuard(button);
  return (
    <button
      ref={button}
      type="button"
      class={`button action ${kind}`}
      data-button={name}
      aria-disabled={!enabled}
      aria-keyshortcuts={keys === undefined ? undefined : ariaKeys(keys)}
      onClick={() => {
        if (enabled && settled(button.current)) act();
      }}
    >
      <span>{children}</span>
      {keys !== undefined && <Keys action={keys} />}
    </button>
  );
}
