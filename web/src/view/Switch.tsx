/** A choice between on and off, with its text. */
export function Switch({ text, on, set }: { text: string; on: boolean; set: (on: boolean) => void }) {
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={on}
        onChange={(event) => {
          set(event.currentTarget.checked);
        }}
      />
      <span>{text}</span>
    </label>
  );
}
