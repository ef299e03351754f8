import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { shortcuts } from '../choices';
import { settled, useGuard } from '../guard';

interface Props {
  /** What the action means: names its colour and its icon. */
  kind: 'accept' | 'decline' | 'plain';
  /** Out of order it keeps its place and the focus, and does nothing. */
  enabled: boolean;
  /** Keyboard shortcut, shown beside the text. */
  keys?: string;
  /** Names it among the buttons of its card. */
  name?: string;
  act: () => void;
  children: ComponentChildren;
}

/** A button that asks the host for something. */
export function Action({ kind, enabled, keys, name, act, children }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  useGuard(button);
  const shown = keys !== undefined && shortcuts.on;
  return (
    <button
      ref={button}
      type="button"
      class={`button action ${kind}`}
      data-button={name}
      aria-disabled={!enabled}
      aria-keyshortcuts={shown ? keys : undefined}
      onClick={() => {
        if (enabled && settled(button.current)) act();
      }}
    >
      <span>{children}</span>
      {shown && <kbd aria-hidden="true">{keys}</kbd>}
    </button>
  );
}
