/** Which texts the sources ask for. */

import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';

const folder = new URL('../src/', import.meta.url);

/** Names of the source files below `src/`, or below a folder of it, tests and what is made apart. */
export const sources = (under = ''): string[] =>
  readdirSync(new URL(under, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => under + name)
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.test.ts') && name !== 'text/messages.ts');

/** Each of the keys that one of the files asks for: as a plain word, or by a pattern such as `end-${why}` given to `t`. */
export function used(files: readonly string[], keys: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const name of files) {
    const file = ts.createSourceFile(name, readFileSync(new URL(name, folder), 'utf8'), ts.ScriptTarget.Latest, true);
    look(file, false, (fits) => {
      for (const key of keys) if (fits(key)) found.add(key);
    });
  }
  return found;
}

function look(node: ts.Node, asked: boolean, take: (fits: (key: string) => boolean) => void): void {
  if (ts.isStringLiteralLike(node)) take((key) => key === node.text);
  if (asked && ts.isTemplateExpression(node)) {
    const rest = node.templateSpans.map(({ literal }) => `\\w+${escaped(literal.text)}`);
    const pattern = new RegExp(`^${escaped(node.head.text)}${rest.join('')}$`);
    take((key) => pattern.test(key));
  }
  const asks = ts.isCallExpression(node) && node.expression.getText() === 't';
  ts.forEachChild(node, (child) => {
    look(child, asked || (asks && child === node.arguments[0]), take);
  });
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
