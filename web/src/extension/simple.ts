/**
 * The texts of a Fluent file that are words and places. One that decides by a number is left out: an old browser does not
 * know how a language counts.
 */

export type Simple = Record<string, string>;

const place = /\{ *\$([\w-]+) *\}/g;

/** Reads the simple texts of a file; the last of a key counts. */
export function simple(file: string): Simple {
  const found: Simple = {};
  let key = '';
  let text = '';
  const end = (): void => {
    if (key !== '' && !/[{}]/.test(text.replace(place, ''))) found[key] = text.trim();
    key = '';
  };
  for (const line of file.split(/\r?\n/)) {
    const begins = /^([a-zA-Z][\w-]*) *= *(.*)$/.exec(line);
    if (begins !== null) {
      end();
      [key, text] = [begins[1] ?? '', begins[2] ?? ''];
    } else if (/^ +[^ .]/.test(line)) {
      text += ` ${line.trim()}`;
    } else if (line.trim() !== '') {
      end();
    }
  }
  end();
  return found;
}

/** The text with its places filled. */
export const filled = (text: string, fill: (name: string) => string): string =>
  text.replace(place, (_, name: string) => fill(name));
