import { Fragment } from 'preact';

/** A name without spaces: it goes on in the next line after its points and strokes, not in the middle of a word. */
export function Breakable({ text }: { text: string }) {
  const parts = text.match(/[^._/]*[._/]+|[^._/]+$/g) ?? [];
  return (
    <>
      {parts.map((part, at) => (
        <Fragment key={at}>
          {at > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </>
  );
}
