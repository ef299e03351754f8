import { beforeEach, expect, it } from 'vitest';
import { chat as made } from '../../test/mock-chats.mjs';
import type { Chat } from './frames';
import { doubtTaken, forgetChats, leaves, outgoing, takeChat, unshown } from './kept';
import { textOf } from './saved';
import { keyOf } from './transcript';

const ids = ['1', '2'];
const chat = (...outbox: string[]): Chat => made({ outbox: outbox.map((id) => ({ id, text: `line ${id}`, refused: false, words: '' })) });

beforeEach(() => {
  forgetChats();
  for (const id of ids) leaves(chat(), { id, text: `line ${id}`, taken: false, refused: false });
});

it.each([[[]], [['1']], [['1', '2']]])('a line that is on its way stands there once, wherever it is: the host had %j when the connection was lost', (had) => {
  const shown = chat(...had);
  takeChat(shown);
  const all = (): string[] => [...shown.outbox, ...unshown(shown)].map(({ id }) => id);
  const saved = (): (string | undefined)[] => [...textOf(shown).matchAll(/line (\d)/g)].map(([, id]) => id);
  expect(all()).toEqual(ids);
  doubtTaken();
  expect(all()).toEqual(ids);
  expect(saved()).toEqual(ids);
  // Of a host that knows nothing of them they all leave once more.
  takeChat(chat());
  expect(unshown(chat()).map(({ id }) => id)).toEqual(ids);
  expect(outgoing.value.get(keyOf(shown))).toHaveLength(2);
});
