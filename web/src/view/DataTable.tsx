import { useSignal } from '@preact/signals';
import type { Pair } from '../frames';
import { t } from '../text/language';
import { Fold } from './Fold';
import { LongText } from './LongText';

/** So many pairs are shown at first. */
const FIRST = 8;

/** Attached data in the order it came; a key may come twice. Long data is folded. */
export function DataTable({ caption, data }: { caption: string; data: readonly Pair[] }) {
  const open = useSignal(false);
  if (data.length === 0) return null;
  const hidden = data.length - FIRST;
  return (
    <div>
      <table class="data">
        <caption class="overline">{caption}</caption>
        <tbody>
          {data.slice(0, open.value || hidden === 1 ? undefined : FIRST).map(({ key, value }, index) => (
            <tr key={index}>
              <th scope="row">{key}</th>
              <td dir="auto">
                <LongText text={value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {hidden > 1 && <Fold open={open} more={t('data-more', { count: hidden })} less={t('less')} />}
    </div>
  );
}
