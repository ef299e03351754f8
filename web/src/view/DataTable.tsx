import type { Pair } from '../frames';

/** Attached data in the order it came; a key may come twice. */
export function DataTable({ caption, data }: { caption: string; data: readonly Pair[] }) {
  if (data.length === 0) return null;
  return (
    <table class="data">
      <caption class="overline">{caption}</caption>
      <tbody>
        {data.map(({ key, value }, index) => (
          <tr key={index}>
            <th scope="row">{key}</th>
            <td dir="auto">{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
