import { describe, expect, test } from 'vitest';
import { askOf, noProfile, readAsk, saysZone, usesOf, type AskDraft } from '../../src/plain/ask';
import * as seen from '../diagnoses';
import * as told from '../fixtures';

const { connections } = told.fullHome;
const profiles = [told.ownStack, told.profile];
const zone = '023e105f4ecef8ad9ca31a8372d0c353';

const ofConnection = askOf(connections, told.card.connection_id, profiles);
const ofPaste = askOf(connections, null, profiles);

const read = (draft: AskDraft, more: Partial<AskDraft> = {}) =>
  readAsk({ ...draft, ...more }, profiles);

describe('the doctor’s form', () => {
  test('begins with the connection’s own profile, and writes nothing unasked', () => {
    expect(read(ofConnection)).toEqual({
      ok: true,
      input: seen.askedOfConnection,
    });
  });

  test('begins with a paste where no connection is meant, or it is gone', () => {
    expect(read(ofPaste)).toMatchObject({ input: { source: 'clipboard', connectionId: null } });
    expect(read(askOf(connections, 'c-gone', profiles))).toMatchObject({
      input: { source: 'clipboard' },
    });
  });

  test('stands for what was typed, without the blanks around it', () => {
    expect(read(ofPaste, { typing: true, typed: ' abc\n' })).toMatchObject({
      input: { source: 'typed', text: 'abc' },
    });
  });

  test('never sends what was typed along with a connection', () => {
    expect(read(ofConnection, { typing: true, typed: 'abc' })).toMatchObject({
      input: { source: 'connection', text: null },
    });
  });

  test('can do without a profile, for a connection too', () => {
    for (const draft of [ofPaste, ofConnection]) {
      expect(read(draft, { profile: noProfile })).toMatchObject({ input: { against: 'nothing' } });
    }
  });

  test('tells a profile that was chosen from the connection’s own', () => {
    const chosen = { input: { against: { profile: told.ownStack.id } } };
    expect(read(ofPaste)).toMatchObject(chosen);
    expect(read(ofConnection, { profile: told.ownStack.id })).toMatchObject(chosen);
  });

  test('says what is used of the chosen profile, and nothing of another', () => {
    const said = { with: ['kv', 'domain', 'orders'] };
    expect(read(ofPaste, said)).toMatchObject({ input: { with: ['kv', 'domain'] } });
    expect(read(ofPaste, { ...said, profile: told.profile.id })).toMatchObject({
      input: { with: [] },
    });
    expect(usesOf(told.profile), 'nothing to ask of one without questions').toBeNull();
    expect(saysZone(told.ownStack, ['kv'])).toBe(false);
    expect(saysZone(told.ownStack, ['domain'])).toBe(true);
  });

  test('brings a second credential from the clipboard or typed, never both', () => {
    const card = { looks_like: 'User API token', last_four: 'w8Xz' };
    const second = { card, clipboardCleared: true };
    expect(read(ofConnection, { secondTyped: ' strong ' })).toMatchObject({
      input: { second: 'typed', secondText: 'strong' },
    });
    expect(read(ofConnection, { second, secondTyped: 'strong' })).toMatchObject({
      input: { second: 'pasted', secondText: null },
    });
  });

  test('takes zones parted in any way', () => {
    const zones = `${zone.toUpperCase()},\n ${zone}`;
    expect(read(ofPaste, { zones })).toMatchObject({ input: { zones: [zone, zone] } });
  });

  test('names what is wrong with it', () => {
    const more = { typing: true, typed: ' ', account: 'meadow', zones: `${zone} meadow.example` };
    expect(read(ofPaste, more)).toEqual({
      ok: false,
      faults: { typed: 'empty', account: 'no-id', zones: ['meadow.example'] },
    });
  });
});
