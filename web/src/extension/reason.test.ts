import { expect, it } from 'vitest';
import { reasonKeys } from '../reasons';
import { textOf } from './reason';

it.each(Object.entries(reasonKeys))('the reason %s finds its text', (why, key) => {
  expect(`refused-${textOf(why)}`).toBe(key);
});
