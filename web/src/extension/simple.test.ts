import { expect, it } from 'vitest';
import { filled, simple } from './simple';

it('reads words and places, over several lines too, and leaves out what an old browser cannot decide', () => {
  const read = simple(
    [
      '# A remark',
      'one = First',
      'two = From { $caller } to {$dn}',
      'long =',
      '    A longer',
      '',
      '    text',
      'count =',
      '    { $seconds ->',
      '        [one] Second',
      '       *[other] Seconds',
      '    }',
      'attribute = Value',
      '    .title = Title',
      '-term = No text',
      'one = Last',
      'two = { one }',
      'broken {',
    ].join('\r\n'),
  );
  expect(read).toEqual({ one: 'Last', two: 'From { $caller } to {$dn}', long: 'A longer text', attribute: 'Value' });
  expect(filled(read.two ?? '', (name) => `<${name}>`)).toBe('From <caller> to <dn>');
});
