import { useEffect, useRef } from 'preact/hooks';
import { dismiss, notices, type Notice } from '../notices';
import { t } from '../text/language';
import { useFocusAlong } from './focus';

const STAY_MS = 10_000;

/** What happened lately. Problems stay; the rest goes after a while, but not while it is read. */
export function Notices() {
  // The newest on top: where there is little room, the others are further down.
  const shown = [...notices.value].reverse();
  const all = useRef<HTMLDivElement>(null);
  useFocusAlong(all, 'button', 'work');
  return (
    <div class="notices" ref={all}>
      <div role="status">{shown.filter(({ kind }) => kind !== 'problem').map((notice) => <Line key={notice.id} notice={notice} />)}</div>
      <div role="alert">{shown.filter(({ kind }) => kind === 'problem').map((notice) => <Line key={notice.id} notice={notice} />)}</div>
    </div>
  );
}

function Line({ notice }: { notice: Notice }) {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (notice.kind === 'problem' && notice.over !== true) return undefined;
    const timer = setInterval(() => {
      if (root.current?.matches(':hover, :focus-within') !== true) dismiss(notice.id);
    }, STAY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [notice]);
  return (
    <div class={`notice ${notice.kind}`} ref={root} data-notice={notice.kind}>
      <p>
        <strong>{notice.title}</strong>
        {notice.text !== '' && <span dir="auto">{notice.text}</span>}
      </p>
      <button
        type="button"
        class="button quiet square"
        aria-label={t('dismiss')}
        onClick={() => {
          dismiss(notice.id);
        }}
      >
        <span aria-hidden="true">×</span>
      </button>
    </div>
  );
}
