import { describe, expect, test } from 'vitest';
import {
  dateFault,
  draftOf,
  entriesOf,
  isAddress,
  pickZones,
  projectFault,
  readDraft,
  type Draft,
} from '../../src/plain/choices';
import * as cards from '../cards';
import * as told from '../fixtures';

const rule = told.profile.project ?? { label: '', suggestion: '', help: '', max_length: 58 };
const today = '2026-11-22';

const read = (
  more: Partial<Draft>,
  { profile = told.profile, inspection = told.inspection } = {},
) => readDraft({ ...draftOf(profile, inspection, null), ...more }, profile, inspection, today);

describe('a project’s name', () => {
  test.each([
    ['generator-site', null],
    ['a', null],
    ['2026', null],
    ['a'.repeat(58), null],
    ['a'.repeat(59), 'long'],
    ['', 'empty'],
    ['My-Site', 'letters'],
    ['my site', 'letters'],
    ['straße', 'letters'],
    ['my_site', 'letters'],
    ['-site', 'edges'],
    ['site-', 'edges'],
  ])('“%s” is judged %s', (name, fault) => {
    expect(projectFault(name, rule)).toBe(fault);
  });
});

describe('a last day', () => {
  test.each([
    ['2026-11-23', null],
    ['2028-02-29', null],
    ['2027-02-29', 'no-date'],
    ['2027-04-31', 'no-date'],
    ['2027-13-01', 'no-date'],
    ['2027-1-1', 'no-date'],
    ['31.01.2027', 'no-date'],
    ['', 'no-date'],
    ['2026-11-22', 'past'],
    ['2025-12-31', 'past'],
  ])('“%s” is judged %s', (date, fault) => {
    expect(dateFault(date, today)).toBe(fault);
  });
});

describe('an address', () => {
  test.each([
    '203.0.113.7',
    '203.0.113.0/24',
    '0.0.0.0/0',
    '2001:db8::1',
    '2001:db8::/32',
    '::1',
    '::',
    '1:2:3:4:5:6:7:8',
  ])('“%s” is one', (text) => {
    expect(isAddress(text)).toBe(true);
  });

  test.each([
    '203.0.113',
    '203.0.113.256',
    '203.0.113.07',
    '203.0.113.0/33',
    '203.0.113.0/',
    '203.0.113.0/24/8',
    '2001:db8::/129',
    '2001::db8::1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2:3:4:5:6:7:8',
    'g::1',
    ':',
    'example.com',
    '',
  ])('“%s” is none', (text) => {
    expect(isAddress(text)).toBe(false);
  });

  test('may be parted from the next by a line, a comma or a blank', () => {
    expect(entriesOf(' 203.0.113.7,\n2001:db8::1  192.0.2.0/24; ')).toEqual([
      '203.0.113.7',
      '2001:db8::1',
      '192.0.2.0/24',
    ]);
  });
});

describe('the form', () => {
  test('with one account stands ready as it opens', () => {
    expect(read({})).toEqual({
      ok: true,
      choices: {
        account: told.account.id,
        project: 'generator-site',
        expires: null,
        allow_ip: [],
        with: [],
        zones: [],
        broad: 'unsaid',
      },
    });
  });

  test('with many accounts chooses none by itself', () => {
    const inspection = { ...told.inspection, accounts: told.manyAccounts };
    expect(read({}, { profile: told.profile, inspection })).toEqual({
      ok: false,
      faults: { account: 'none' },
    });
  });

  test('asks what becomes of a token that is not ours, and takes the answer', () => {
    const other = { profile: told.profile, inspection: told.stranger };
    expect(read({}, other)).toEqual({ ok: false, faults: { broad: 'unsaid' } });
    expect(read({ broad: 'keep' }, other)).toMatchObject({ choices: { broad: 'keep' } });
  });

  test('wants a zone only for a condition that needs one', () => {
    const own = { profile: told.ownStack, inspection: told.inspection };
    expect(read({ with: ['kv'] }, own)).toMatchObject({ ok: true, choices: { zones: [] } });
    expect(read({ with: ['domain'], zone: 'my domain' }, own)).toEqual({
      ok: false,
      faults: { zone: 'no-zone' },
    });
    expect(read({ with: ['domain'], zone: 'example.com' }, own)).toMatchObject({
      choices: { zones: ['example.com'] },
    });
    const always = { ...own, profile: { ...told.ownStack, needs_zone: true } };
    expect(read({}, always)).toEqual({ ok: false, faults: { zone: 'no-zone' } });
    const zone = 'AB'.repeat(16);
    expect(read({ with: ['domain'], zone }, own)).toMatchObject({
      choices: { with: ['domain'], zones: ['ab'.repeat(16)] },
    });
  });

  test('names no part where all are wanted, and says so where none is', () => {
    const all = { profile: cards.stackone, inspection: told.inspection };
    const zone = { zones: [cards.meadow.id] };
    expect(read(zone, all)).toMatchObject({ choices: { with: [], zones: [cards.meadow.id] } });
    expect(
      read({ ...zone, parts: ['tunnels', 'pages'] }, all),
      'no zone is in these',
    ).toMatchObject({ choices: { with: ['tunnels', 'pages'], zones: [] } });
    expect(read({ parts: ['tunnels', 'rules'] }, all)).toEqual({
      ok: false,
      faults: { zone: 'no-zone' },
    });
    expect(read({ parts: [] }, all)).toEqual({ ok: false, faults: { parts: 'none' } });
  });

  test('takes all zones only where the profile allows it', () => {
    const every = { everyZone: true, with: ['domain'] };
    const { inspection } = told;
    expect(read(every, { profile: cards.stackone, inspection })).toMatchObject({
      choices: { zones: ['all'] },
    });
    expect(read(every, { profile: cards.edgeStack, inspection })).toEqual({
      ok: false,
      faults: { zone: 'no-zone' },
    });
  });

  test('takes several typed zones only where the profile does', () => {
    const typed = { with: ['domain'], zone: 'meadow.example\nRiver.example' };
    const { inspection } = told;
    expect(read(typed, { profile: cards.edgeStack, inspection })).toMatchObject({
      choices: { zones: ['meadow.example', 'river.example'] },
    });
    expect(read(typed, { profile: cards.siteGenerator, inspection })).toEqual({
      ok: false,
      faults: { zone: 'no-zone' },
    });
  });

  test('wants a zone for an optional permission on one', () => {
    const profile = cards.withOptional;
    const { inspection } = told;
    expect(read({}, { profile, inspection })).toMatchObject({ ok: true });
    expect(read({ with: ['Workers Routes Write'] }, { profile, inspection })).toEqual({
      ok: false,
      faults: { zone: 'no-zone' },
    });
  });

  test('finds what was typed in the list once it is there, and drops what is not in it', () => {
    const draft = { zones: ['f'.repeat(32)], zone: 'River.example, nowhere.example' };
    expect(pickZones(cards.fewZones, draft)).toEqual(['2'.repeat(32)]);
    expect(pickZones(cards.fewZones, { zones: [cards.meadow.id], zone: '' })).toEqual([
      cards.meadow.id,
    ]);
  });

  test('opens again with the parts and zones that were chosen', () => {
    const choices = {
      account: told.account.id,
      project: null,
      expires: null,
      allow_ip: [],
      with: ['rules'],
      zones: ['meadow.example', 'river.example'],
      broad: 'keep' as const,
    };
    const draft = draftOf(cards.stackone, told.stranger, choices);
    expect(readDraft(draft, cards.stackone, told.stranger, today)).toEqual({ ok: true, choices });
    const every = { ...choices, zones: ['all'] };
    const again = draftOf(cards.stackone, told.stranger, every);
    expect(readDraft(again, cards.stackone, told.stranger, today)).toEqual({
      ok: true,
      choices: every,
    });
  });

  test('sends no project where the profile has none', () => {
    const profile = { ...told.profile, project: null };
    expect(read({ project: 'left over' }, { profile, inspection: told.inspection })).toMatchObject({
      choices: { project: null },
    });
  });

  test.each([
    [{ expiry: '90d', date: 'left over' }, '90d'],
    [{ expiry: 'date', date: ' 2027-01-31 ' }, '2027-01-31'],
    [{ expiry: 'none', date: '2027-01-31' }, null],
  ] satisfies [Partial<Draft>, string | null][])('turns %o into the expiry %s', (more, expires) => {
    expect(read(more)).toMatchObject({ ok: true, choices: { expires } });
  });

  test('names every fault at once', () => {
    const faulty = {
      project: 'My Site',
      expiry: 'date',
      date: 'soon',
      addresses: 'here, 192.0.2.1',
    };
    expect(read(faulty as Partial<Draft>)).toEqual({
      ok: false,
      faults: { project: 'letters', date: 'no-date', addresses: ['here'] },
    });
  });

  test('opens again with the choices that were made', () => {
    const choices = {
      account: told.account.id,
      project: 'north',
      expires: '2027-01-31',
      allow_ip: ['192.0.2.1', '2001:db8::/32'],
      with: [],
      zones: [],
      broad: 'keep' as const,
    };
    const draft = draftOf(told.profile, told.stranger, choices);
    expect(readDraft(draft, told.profile, told.stranger, today)).toEqual({ ok: true, choices });
  });
});
