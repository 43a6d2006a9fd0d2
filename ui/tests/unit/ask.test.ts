import { describe, expect, test } from 'vitest';
import { askOf, noProfile, readAsk, type AskDraft } from '../../src/ask';
import * as told from '../fixtures';

const { connections } = told.fullHome;
const profiles = [told.ownStack, told.profile];
const zone = '023e105f4ecef8ad9ca31a8372d0c353';

const ofConnection = askOf(connections, told.card.connection_id, profiles);
const ofPaste = askOf(connections, null, profiles);

const read = (draft: AskDraft, more: Partial<AskDraft>) => readAsk({ ...draft, ...more });

describe('the doctor’s form', () => {
  test('begins with the connection’s own profile, and writes nothing unasked', () => {
    expect(readAsk(ofConnection)).toEqual({
      ok: true,
      input: {
        source: 'connection',
        connectionId: told.card.connection_id,
        text: null,
        profile: told.card.profile,
        account: null,
        zones: [],
        probeWrites: false,
      },
    });
  });

  test('begins with a paste where no connection is meant, or it is gone', () => {
    expect(readAsk(ofPaste)).toMatchObject({ input: { source: 'clipboard', connectionId: null } });
    expect(readAsk(askOf(connections, 'c-gone', profiles))).toMatchObject({
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

  test('can do without a profile', () => {
    expect(read(ofPaste, { profile: noProfile })).toMatchObject({ input: { profile: null } });
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
