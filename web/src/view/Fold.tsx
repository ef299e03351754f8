import type { Signal } from '@preact/signals';

/** Shows the rest of what is folded, and folds it again. */
export function Fold({ open, more, less }: { open: Signal<boolean>; more: string; less: string }) {
  return (
    <button
      type="button"
      class="button quiet more"
      aria-expanded={open.value}
      onClick={() => {
        open.value = !open.value;
      }}
    >
      {open.value ? less : more}
    </button>
  );
}
