import { labelOf } from '../data';
import { begin, draftOf, drafts } from '../drafts';
import type { Call } from '../frames';
import { sameCall } from '../snapshot';
import { certain, form } from '../store';
import { t } from '../text/language';
import { DataEdit } from './DataEdit';

/** What the call does not have and the worker may add; also what they write while somebody else removes it. */
export function DataAdd({ call }: { call: Call }) {
  const keys = call.add ?? [];
  const written = drafts.value.filter((draft) => sameCall(draft, call) && !call.data.some(({ key }) => key === draft.key));
  const offered = certain(call) ? keys.filter((key) => draftOf(call, key) === undefined) : [];
  return (
    <>
      {written.map((draft) => (
        <div key={draft.key} class="data-new" data-key={draft.key}>
          <bdi class="quiet">{labelOf(form.value, draft.key)}</bdi>
          <DataEdit call={call} draft={draft} label={labelOf(form.value, draft.key)} allowed={keys.includes(draft.key)} />
        </div>
      ))}
      {offered.length > 0 && (
        <div class="actions">
          {offered.map((key) => (
            <button key={key} type="button" class="button quiet" data-add={key} onClick={() => { begin(call, key, undefined); }}>
              {t('data-add', { label: labelOf(form.value, key) })}
            </button>
          ))}
        </div>
      )}
    </>
  );
}
