import { useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import { kept, rowsOf, sections, type Row } from '../data';
import type { Call, Pair } from '../frames';
import { form } from '../store';
import { t } from '../text/language';
import { DataAdd } from './DataAdd';
import { DataRow } from './DataRow';
import { Fold } from './Fold';
import { useGrowing } from './growing';
import { useNews } from './news';

/** So many rows are shown at first, as long as the site does not say which. */
const FIRST = 8;

interface Props {
  caption: string;
  data: readonly Pair[];
  /** Pairs that the host has not sent. */
  more: number;
  /** The call whose data the worker may change. */
  call?: Call;
}

/** Business data: what the site has listed, then the rest in the order it came. A key may come twice. */
export function DataTable({ caption, data, more, call }: Props) {
  const open = useSignal(false);
  const before = useRef<readonly Row[]>([]);
  const rows = (before.current = kept(before.current, rowsOf(data, form.value)));
  const fresh = useNews(rows, form.value);
  const [listed, others] = [rows.filter((row) => row.listed), rows.filter((row) => !row.listed)];
  const first = form.value.foldOthers ? 0 : Math.max(0, FIRST - listed.length);
  const hidden = others.length - first;
  const folds = hidden > (form.value.foldOthers ? 0 : 1);
  const drawn = useGrowing(first, open.value ? others.length : first);
  const shown = folds ? others.slice(0, drawn) : others;
  const grouped = listed.some(({ group }) => group !== '');
  const { connId, dn } = call ?? {};
  // Rows whose properties are the very same are not drawn again.
  const of = useMemo(() => (connId === undefined || dn === undefined ? undefined : { connId, dn }), [connId, dn]);
  const row = (one: Row) => <DataRow key={one.id} row={one} fresh={fresh.has(one.id)} call={of} />;
  return (
    <div class="data-block">
      {rows.length > 0 && (
        <table class="data">
          <caption class="overline">{caption}</caption>
          {sections(listed).map(({ group, rows: together }) => (
            <tbody key={`group ${group}`}>
              {group !== '' && <Heading text={group} />}
              {together.map(row)}
            </tbody>
          ))}
          {shown.length > 0 && (
            <tbody key="others">
              {grouped && <Heading text={t('data-others')} />}
              {shown.map(row)}
            </tbody>
          )}
        </table>
      )}
      {folds && <Fold open={open} more={t('data-more', { count: hidden })} less={t('less')} />}
      {more > 0 && <p class="quiet">{t('data-leftOut', { number: more })}</p>}
      {call !== undefined && <DataAdd call={call} />}
    </div>
  );
}

function Heading({ text }: { text: string }) {
  return (
    <tr>
      <th scope="rowgroup" colSpan={2} class="data-group">
        <bdi>{text}</bdi>
      </th>
    </tr>
  );
}
