/** A telephone number as people write it, read as the host does (`host/src/agent_link/typed_number.rs`). Pure. */

/** RFC 3966: how a number is written as a link. */
const SCHEME = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}]*tel:/iu;
/** What stands between digits for the eye alone: also the minus of spreadsheets, and the long vowel of Japanese keyboards. */
const GROUPING = /^[\p{White_Space}\p{Pd}\p{Default_Ignorable_Code_Point}()./\u2212\u30fc]$/u;
const DIGIT = /^\p{Nd}$/u;

/** Its digits, `*` and `#`, behind `+` where it begins with that; none: it has something in it that no number has. */
export function readNumber(text: string): string | null {
  let keys = '';
  for (const letter of text.normalize('NFKC').replace(SCHEME, '')) {
    if (letter === '*' || letter === '#' || (letter === '+' && keys === '')) keys += letter;
    else if (DIGIT.test(letter)) keys += digit(letter);
    else if (!GROUPING.test(letter)) return null;
  }
  return keys;
}

/** What can only be a number: it is called as it is. */
export const isNumber = (text: string): boolean => /^[^+]|\d/.test(readNumber(text) ?? '');

/** The host writes numbers in its own way, which changes how they begin: a prefix, an area code. */
const ALIKE_DIGITS = 7;

/** Whether the host may mean by `known` what was typed. */
export function isAlike(typed: string, known: string): boolean {
  const [one = '', other = ''] = [typed, known].map((number) => readNumber(number)?.replace(/^\+?0*/, ''));
  const length = Math.min(one.length, other.length, ALIKE_DIGITS);
  return length > 0 && one.slice(-length) === other.slice(-length);
}

/** Unicode keeps the digits of each script in rows of ten, zero first; two rows may stand side by side. */
function digit(letter: string): string {
  const at = letter.codePointAt(0) ?? 0;
  let first = at;
  while (DIGIT.test(String.fromCodePoint(first - 1))) first -= 1;
  return String((at - first) % 10);
}
