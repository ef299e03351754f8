import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { reasonKeys } from './reasons';
import { callButtons, callEndings, callStates, outcomeAbouts, outcomeEnds, previewEnds, readClientFrame, readServerFrame, readSession, signedOutWhys, stateKinds } from './frames';

const golden = new URL('../../host/src/web/golden/', import.meta.url);
const files = readdirSync(golden);
const content = (file: string) => readFileSync(new URL(file, golden), 'utf8');

describe('the host’s golden files', () => {
  it.each(files.filter((file) => file.startsWith('server-')))('%s is a frame of the host, nothing lost', (file) => {
    expect(readServerFrame(content(file))).toEqual(JSON.parse(content(file)));
  });

  it.each(files.filter((file) => file.startsWith('client-')))('%s is a frame of a page, nothing lost', (file) => {
    expect(readClientFrame(content(file))).toEqual(JSON.parse(content(file)));
  });

  it.each(files.filter((file) => file.startsWith('session')))('%s is a session, nothing lost', (file) => {
    expect(readSession(JSON.parse(content(file)))).toEqual(JSON.parse(content(file)));
  });

  it('name every word this page knows, and no other', () => {
    expect(JSON.parse(content('words.json'))).toEqual({
      kinds: stateKinds,
      previewEnds,
      callStates,
      callEndings,
      buttons: callButtons,
      signedOut: signedOutWhys,
      reasons: Object.keys(reasonKeys),
    });
    expect(JSON.parse(content('words-outcome.json'))).toEqual([outcomeAbouts, outcomeEnds]);
  });

  it('cover every frame', () => {
    const types = (side: string) => new Set(files.filter((f) => f.startsWith(side)).map((f) => (JSON.parse(content(f)) as { type: string }).type));
    expect(types('server-').size).toBe(17);
    expect(types('client-').size).toBe(17);
  });
});

describe('a frame of another build', () => {
  it.each([
    ['not JSON', '{', 'JSON'],
    ['no object', '[]', 'frame.type'],
    ['an unknown type', '{"type":"toString"}', 'frame.type'],
    ['a missing field', '{"type":"callEnd","connId":"00"}', 'frame.dn'],
    ['a field too many', '{"type":"callEnd","connId":"00","dn":"1","ending":"busy","why":1}', 'frame.why'],
    ['a field that is named as what every object has', '{"type":"callEnd","connId":"00","dn":"1","ending":"busy","toString":1}', 'frame.toString'],
    ['a wrong type', '{"type":"previewEnd","id":"17","end":"accepted","text":""}', 'frame.id'],
    ['a fraction for an id', '{"type":"previewEnd","id":1.5,"end":"accepted","text":""}', 'frame.id'],
    ['a new word', '{"type":"previewEnd","id":17,"end":"evaporated","text":""}', 'frame.end'],
  ])('is refused: %s', (_, json, where) => {
    expect(() => readServerFrame(json)).toThrow(where);
  });
});
