import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { hotkeyActions, keysOf, problemOf, type HotkeyAction, type KeysProblem } from '../hotkeys';
import { t } from '../text/language';
import { AnnouncerWithin } from './Announcer';
import { useModal } from './focus';
import { HelpLink } from './HelpLink';
import { hotkeys, hotkeysChanged, hotkeyTexts, resetHotkeys, setHotkey, sheetOpen } from './shortcuts';

/** The list of keyboard shortcuts, each of which the worker can change. */
export function ShortcutSheet() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = sheetOpen.value;
  useModal(dialog, open);
  const close = (): void => {
    sheetOpen.value = false;
  };
  return (
    <dialog class="card sheet" ref={dialog} aria-labelledby="sheet-title" onClose={close}>
      <h2 id="sheet-title">{t('keys-title')}</h2>
      {open && <AnnouncerWithin />}
      {open && <Rows />}
      <div class="actions">
        <button type="button" class="button primary" onClick={close}>
          {t('close')}
        </button>
        {hotkeysChanged.value && (
          <button type="button" class="button" onClick={resetHotkeys}>
            {t('keys-site')}
          </button>
        )}
        <HelpLink part="keys" name={t('keys-title')} />
      </div>
    </dialog>
  );
}

function Rows() {
  /** Whose keys are to be pressed next. */
  const asked = useSignal<HotkeyAction | null>(null);
  const said = useSignal('');
  const problem = useSignal('');

  const ask = (action: HotkeyAction | null): void => {
    asked.value = action;
    said.value = action === null ? '' : t('keys-press');
    problem.value = '';
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const action = asked.value;
    const keys = keysOf(event);
    if (action === null || keys === null) return;
    // Whoever goes on with Tab keeps the keys, too.
    if (keys.endsWith('Tab')) {
      ask(null);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (keys === 'Escape') ask(null);
    else if (!event.repeat) take(action, keys);
  };
  const take = (action: HotkeyAction, keys: string): void => {
    const wrong = problemOf(keys, action, hotkeys.value);
    problem.value = wrong === null ? '' : sentence(wrong, keys);
    if (wrong !== null) return;
    setHotkey(action, keys);
    asked.value = null;
    said.value = t('keys-changed', { keys });
  };

  return (
    <div onKeyDown={onKeyDown}>
      <dl>
        {hotkeyActions.map((action) => (
          <div key={action} data-hotkey={action}>
            <dt>
              <kbd>{hotkeys.value[action]}</kbd>
            </dt>
            <dd>
              <span>{t(hotkeyTexts[action])}</span>
              <button
                type="button"
                class="button quiet"
                aria-pressed={asked.value === action}
                onClick={() => {
                  ask(asked.value === action ? null : action);
                }}
              >
                {t('keys-change')}
                <span class="hidden-text">: {t(hotkeyTexts[action])}</span>
              </button>
            </dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>{t('keys-sheet')}</dd>
        </div>
      </dl>
      <p class="quiet" role="status">
        {said.value}
      </p>
      <div role="alert">{problem.value !== '' && <p class="form-error">{problem.value}</p>}</div>
    </div>
  );
}

function sentence(problem: KeysProblem, keys: string): string {
  if (problem === 'unfit') return t('keys-unfit');
  if (problem === 'browser') return t('keys-browser', { keys });
  return t('keys-taken', { keys, action: t(hotkeyTexts[problem.taken]) });
}
