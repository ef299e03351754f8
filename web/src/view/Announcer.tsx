import { said } from '../announcements';

/** Speaks to screen readers: what is urgent at once, the rest when there is a pause. */
export function Announcer() {
  const lines = (urgent: boolean) => said.value.filter((line) => line.urgent === urgent).map(({ id, text }) => <p key={id}>{text}</p>);
  return (
    <div class="hidden-text">
      <div aria-live="assertive">{lines(true)}</div>
      <div aria-live="polite">{lines(false)}</div>
    </div>
  );
}
