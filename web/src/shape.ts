/** Run-time checks of JSON from the host. Strict: a missing, extra or mistyped field is refused, with its path. */

export type Shape<T> = (value: unknown, path: string) => T;
export type Of<S> = S extends Shape<infer T> ? T : never;

export class ShapeError extends Error {
  constructor(path: string, expected: string) {
    super(`${path}: expected ${expected}`);
    this.name = 'ShapeError';
  }
}

export const text: Shape<string> = (value, path) => {
  if (typeof value !== 'string') throw new ShapeError(path, 'text');
  return value;
};

export const flag: Shape<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new ShapeError(path, 'true or false');
  return value;
};

/** A whole number that JavaScript holds exactly. */
export const whole: Shape<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new ShapeError(path, 'a whole number');
  return value;
};

export function word<const W extends readonly string[]>(words: W): Shape<W[number]> {
  return (value, path) => {
    if (!words.includes(value as string)) throw new ShapeError(path, `one of ${words.join(', ')}`);
    return value as W[number];
  };
}

export function list<T>(item: Shape<T>): Shape<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new ShapeError(path, 'a list');
    return value.map((entry, index) => item(entry, `${path}[${index}]`));
  };
}

type Fields = Record<string, Shape<unknown>>;
type Required<F extends Fields> = { [K in keyof F]: Of<F[K]> };
type Optional<F extends Fields> = { [K in keyof F]?: Of<F[K]> };

export function record<F extends Fields>(fields: F): Shape<Required<F>>;
export function record<F extends Fields, O extends Fields>(fields: F, optional: O): Shape<Required<F> & Optional<O>>;
export function record(fields: Fields, optional: Fields = {}): Shape<Record<string, unknown>> {
  const shapes = new Map(Object.entries({ ...fields, ...optional }));
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ShapeError(path, 'an object');
    const given = value as Record<string, unknown>;
    for (const key of Object.keys(given)) if (!shapes.has(key)) throw new ShapeError(`${path}.${key}`, 'no such field');
    const out: Record<string, unknown> = {};
    for (const [key, shape] of shapes) {
      if (Object.hasOwn(given, key)) out[key] = shape(given[key], `${path}.${key}`);
      else if (Object.hasOwn(fields, key)) throw new ShapeError(`${path}.${key}`, 'a value');
    }
    return out;
  };
}
