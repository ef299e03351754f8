import { useSignal } from '@preact/signals';
import { first } from '../letters';
import { t } from '../text/language';
import { Fold } from './Fold';

/** More characters than these are folded away. */
const MOST = 400;

/** A text of any length: a long one shows its beginning, and the rest when it is asked for. */
export function LongText({ text }: { text: string }) {
  const open = useSignal(false);
  if (text.length <= MOST) return <>{text}</>;
  return (
    <>
      {open.value ? text : `${first(text, MOST)}…`}{' '}
      <Fold open={open} more={t('more')} less={t('less')} />
    </>
  );
}
