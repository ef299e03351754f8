import { describe, expect, it } from 'vitest';
import { changed, keysOf, problemOf, usualHotkeys } from './hotkeys';

const pressed = (event: Partial<Parameters<typeof keysOf>[0]> & { graph?: boolean }) =>
  keysOf({ key: '', code: '', ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, getModifierState: () => event.graph === true, ...event });

describe('keys', () => {
  it.each([
    ['a letter', { key: 'a', code: 'KeyQ', altKey: true }, 'Alt+A'],
    ['the place of a letter that Alt changes', { key: 'å', code: 'KeyA', altKey: true }, 'Alt+A'],
    ['the place of a letter of another script', { key: 'ф', code: 'KeyA', altKey: true }, 'Alt+A'],
    ['the place of a digit that Shift changes', { key: '!', code: 'Digit1', altKey: true, shiftKey: true }, 'Alt+Shift+1'],
    ['all that is held, in one order', { key: 'X', code: 'KeyX', metaKey: true, shiftKey: true, altKey: true, ctrlKey: true }, 'Ctrl+Alt+Shift+Meta+X'],
    ['a key with a name', { key: 'F8', code: 'F8' }, 'F8'],
    ['nothing, as long as only Alt is held', { key: 'Alt', code: 'AltLeft', altKey: true }, null],
    ['nothing, where AltGr writes a character', { key: '€', code: 'KeyE', altKey: true, ctrlKey: true, graph: true }, null],
  ])('are read as %s', (_, event, keys) => {
    expect(pressed(event)).toBe(keys);
  });

  it.each(['Alt+Y', 'Alt+Shift+A', 'Ctrl+Alt+A', 'Ctrl+Alt+Shift+7', 'Alt+Shift+3', 'F2', 'F9'])('%s can be used', (keys) => {
    expect(problemOf(keys, 'accept', usualHotkeys)).toBeNull();
  });

  it.each(['Ctrl+W', 'Ctrl+Shift+T', 'Meta+L', 'F5', 'F11', 'Alt+F4', 'Ctrl+F4', 'Alt+Tab', 'Alt+ArrowLeft', 'Alt+F', 'Alt+E', 'Alt+1'])('%s are the browser’s', (keys) => {
    expect(problemOf(keys, 'accept', usualHotkeys)).toBe('browser');
  });

  it.each(['A', 'Shift+A', 'Enter', '?', ' ', 'Alt+?', ''])('%s would act while somebody writes, or does not exist', (keys) => {
    expect(problemOf(keys, 'accept', usualHotkeys)).toBe('unfit');
  });

  it('mean one thing', () => {
    expect(problemOf('Alt+D', 'accept', usualHotkeys)).toEqual({ taken: 'decline' });
    expect(problemOf('Alt+A', 'accept', usualHotkeys)).toBeNull();
  });
});

describe('what the worker changed', () => {
  it('counts, also when two have changed places', () => {
    expect(changed(usualHotkeys, { accept: 'Alt+D', decline: 'Alt+A' })).toMatchObject({ accept: 'Alt+D', decline: 'Alt+A', state: 'Alt+S' });
  });

  it.each([null, 7, 'x', { accept: 7 }, { accept: 'Ctrl+W' }, { accept: 'Alt+S' }, { nothing: 'Alt+Y' }])('counts for nothing when it is unsound: %j', (changes) => {
    expect(changed(usualHotkeys, changes)).toEqual(usualHotkeys);
  });
});
