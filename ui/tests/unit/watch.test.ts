import { describe, expect, it } from 'vitest';
import { actOf, needing, since, withChecked } from '../../src/plain/watch';
import { move } from '../../src/wizard';
import { words } from '../../src/words';
import { card, driftedHome, fine, fullHome } from '../fixtures';

const found = { connection_id: card.connection_id, watch: { ...fine, age_days: 77 } };

describe('a check', () => {
  it('changes the connections it is about and no others', () => {
    const home = withChecked(fullHome, [found]);
    expect(home.connections[0]?.watch.age_days).toBe(77);
    expect(home.connections[1]).toBe(fullHome.connections[1]);
    expect(withChecked(fullHome, [])).toBe(fullHome);
  });

  it('of a connection that is gone meanwhile changes nothing that is seen', () => {
    const home = withChecked(fullHome, [{ ...found, connection_id: 'gone' }]);
    expect(home).toEqual(fullHome);
  });

  it('is taken wherever the list of connections is, and nowhere else', () => {
    const event = { type: 'checked', checked: [found] } as const;
    const atHome = move(
      { screen: 'starting', problem: null },
      { type: 'home', home: fullHome, said: null },
    );
    const away = move(atHome, { type: 'connect-another' });
    for (const state of [atHome, away]) {
      const after = move(state, event);
      expect(after.screen).toBe(state.screen);
      expect('home' in after && after.home.connections[0]?.watch.age_days).toBe(77);
    }
    const starting = { screen: 'starting', problem: null } as const;
    expect(move(starting, event)).toBe(starting);
  });
});

describe('how a connection stands', () => {
  it('counts those that need the person', () => {
    expect(needing(driftedHome.connections)).toBe(1);
    expect(needing(fullHome.connections)).toBe(0);
  });

  it('has one act for each next action, or none', () => {
    expect(actOf('deliver-again', 'keychain', true)).toBe('deliver');
    expect(actOf('rotate', 'keychain', true)).toBe('rotate');
    expect(actOf('rotate', 'keychain', false), 'its profile is a file').toBeNull();
    expect(actOf('unlock-vault', 'keychain', true), 'the keychain asks by itself').toBe('check');
    expect(actOf('unlock-vault', 'file', true), 'there is a field for it').toBeNull();
  });

  it('is told by how long ago it was found', () => {
    const now = new Date('2026-11-22T15:00:00Z');
    expect(since('2026-11-22T13:00:00Z', now)).toEqual([2, 'hour']);
    expect(since('2026-11-22T14:59:30Z', now)).toBeNull();
    expect(since('2026-11-22T15:30:00Z', now), 'the clock was set back').toBeNull();
    expect(words.watch.checked('2026-11-19T15:00:00Z', now)).toBe('Checked 3 days ago');
    expect(words.watch.checked('2026-11-22T14:59:00Z', now)).toBe('Checked 1 minute ago');
  });

  it('tells the end as a date and in days', () => {
    expect(words.watch.end(null, null)).toBe('Never');
    expect(words.watch.end('2027-02-18T00:00:00Z', 88)).toContain('in 88 days');
    expect(words.watch.end('2026-11-22T00:00:00Z', 0)).toContain('over');
  });
});
