import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Row } from '../data';
import { begin, draftOf } from '../drafts';
import type { Pair } from '../frames';
import { certain } from '../store';
import { t } from '../text/language';
import { Breakable } from './Breakable';
import { DataEdit } from './DataEdit';
import { LongText } from './LongText';

/** One pair, and the pencil where the worker may change it. */
export function DataRow({ row, fresh, call }: { row: Row; fresh: boolean; call: { connId: string; dn: string } | undefined }) {
  const draft = call === undefined ? undefined : draftOf(call, row.pair.key);
  const pencil = useRef<HTMLButtonElement>(null);
  const editing = draft !== undefined;
  const edited = useRef(false);
  useLayoutEffect(() => {
    if (edited.current && !editing && document.activeElement === document.body) pencil.current?.focus();
    edited.current = editing;
  }, [editing]);
  return (
    <tr class={fresh ? 'fresh' : undefined} data-key={row.pair.key}>
      <th scope="row">
        <bdi>
          <Breakable text={row.label} />
        </bdi>
      </th>
      <td>
        {draft !== undefined && call !== undefined ? (
          <DataEdit call={call} draft={draft} label={row.label} allowed={row.pair.edit === true} fixed={row.pair.fixed === true} stays={row.pair.stays === true} />
        ) : (
          <div class="data-value">
            <Value pair={row.pair} />
            {call !== undefined && row.pair.edit === true && certain(call) && (
              <button ref={pencil} type="button" class="button quiet square" aria-label={t('data-edit', { label: row.label })} onClick={() => { begin(call, row.pair.key, row.pair.value); }}>
                <Pencil />
              </button>
            )}
          </div>
        )}
      </td>
    </tr>
  );
}

function Value({ pair }: { pair: Pair }) {
  const { value, link, cut } = pair;
  const host = hostOf(link);
  return (
    <div class="data-text">
      <span dir="auto">
        {link !== undefined && host !== '' ? (
          <a href={link} target="_blank" rel="noopener noreferrer">
            {value}
            <span class="hidden-text"> ({t('help-newTab')})</span>
          </a>
        ) : (
          <LongText text={value} />
        )}
      </span>
      {host !== '' && (
        <span class="quiet" dir="ltr">
          <Breakable text={host} />
        </span>
      )}
      {cut !== undefined && <span class="quiet">{t('data-cut', { number: cut })}</span>}
    </div>
  );
}

/** Where an address leads to, said beside it; empty: it is none that this page follows. */
function hostOf(link: string | undefined): string {
  if (link?.startsWith('https://') !== true) return '';
  try {
    return new URL(link).host;
  } catch {
    return '';
  }
}

function Pencil() {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d="M2.500 13.500l.7-3.200L10.800 2.700a1.300 1.300 0 0 1 1.900 0l.6.6a1.300 1.300 0 0 1 0 1.900L5.700 12.800z" fill="none" stroke="currentColor" stroke-width="1.400" stroke-linejoin="round" />
    </svg>
  );
}
