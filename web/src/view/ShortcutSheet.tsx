import { useEffect, useRef } from 'preact/hooks';
import { t } from '../text/language';
import { sheet, sheetOpen } from './shortcuts';

/** The list of keyboard shortcuts. */
export function ShortcutSheet() {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = sheetOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  const close = (): void => {
    sheetOpen.value = false;
  };
  return (
    <dialog class="card sheet" ref={dialog} aria-labelledby="sheet-title" onClose={close}>
      <h2 id="sheet-title">{t('keys-title')}</h2>
      <dl>
        {sheet.map(({ keys, text }) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
      <button type="button" class="button primary" onClick={close}>
        {t('close')}
      </button>
    </dialog>
  );
}
