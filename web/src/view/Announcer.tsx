import { useRef } from 'preact/hooks';
import { said } from '../announcements';
import { notices } from '../notices';

/** Speaks to screen readers: what is urgent at once, the rest when there is a pause. */
export function Announcer() {
  return <Regions lines={said.value} />;
}

/** The same in a dialog, beside which nothing of the page is heard: what has come since it was opened, messages too. */
export function AnnouncerWithin() {
  const before = useRef({ said: said.peek().at(-1)?.id ?? 0, notice: notices.peek().at(-1)?.id ?? 0 }).current;
  const lines = said.value.filter(({ id }) => id > before.said);
  const told = notices.value
    .filter(({ id }) => id > before.notice)
    .map(({ id, kind, title, text }) => ({ id: `notice-${id}`, text: `${title} ${text}`, urgent: kind === 'problem' }));
  return <Regions lines={[...lines, ...told]} />;
}

function Regions({ lines }: { lines: readonly { id: number | string; text: string; urgent: boolean }[] }) {
  const those = (urgent: boolean) => lines.filter((line) => line.urgent === urgent).map(({ id, text }) => <p key={id}>{text}</p>);
  return (
    <div class="hidden-text">
      <div aria-live="assertive">{those(true)}</div>
      <div aria-live="polite">{those(false)}</div>
    </div>
  );
}
