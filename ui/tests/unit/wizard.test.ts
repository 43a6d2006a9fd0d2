import { describe, expect, test } from 'vitest';
import type { Next, Outcome, Prepared } from '../../src/generated/types';
import {
  holdsRun,
  isNewVisit,
  move,
  stageOf,
  start,
  tokenNeed,
  type Errand,
  type Event,
  type Wizard,
} from '../../src/wizard';
import { stages } from '../../src/plain/stages';
import { labelOf, leadOf, type Lead } from '../../src/frame/lead';
import { words } from '../../src/words';
import * as seen from '../diagnoses';
import * as told from '../fixtures';

const choices = {
  account: told.account.id,
  project: 'generator-site',
  expires: null,
  allow_ip: [],
  with: [],
  zones: [],
  broad: 'unsaid' as const,
};

const turn = {
  profile_policy: false,
  in_place: false,
  expires: null,
  broad: 'unsaid' as const,
};

const after = (state: Wizard, ...events: Event[]) => events.reduce(move, state);

/** The events of a connect that goes well, in order. */
const well: Event[] = [
  { type: 'home', home: told.noHome, said: null },
  { type: 'begin', profile: told.profile, address: null },
  { type: 'prepared', prepared: told.prepared },
  { type: 'continue' },
  { type: 'signed-in', person: told.person },
  { type: 'continue' },
  { type: 'pasted', pasted: told.pasted },
  { type: 'inspected', inspection: told.inspection },
  { type: 'continue' },
  { type: 'connect', choices },
];

const walk = (steps: number) => after(start, ...well.slice(0, steps));

const signedIn = { ...told.prepared, sign_in_needed: false, problems: [] };

/** From the list of connections to an errand. */
const onErrand = (paste: boolean, prepared: Prepared = signedIn) =>
  after(
    start,
    { type: 'home', home: told.fullHome, said: null },
    { type: 'errand', errand: { kind: 'disconnect', card: told.card }, prepared, paste },
  );
/** The events of a rotation that goes well, in order. */
const turning: Event[] = [
  { type: 'home', home: told.fullHome, said: null },
  { type: 'rotate', card: told.card, profile: told.profile },
  {
    type: 'prepared',
    prepared: { ...told.prepared, person: told.person, sign_in_needed: false },
  },
  { type: 'continue' },
  { type: 'continue' },
  { type: 'pasted', pasted: told.pasted },
  { type: 'inspected', inspection: told.inspection },
  { type: 'continue' },
  { type: 'turn', turn },
];

const rotate = (steps: number) => after(start, ...turning.slice(0, steps));

/** The events of rotating every connection, in order. */
const turningAll: Event[] = [
  { type: 'home', home: told.fullHome, said: null },
  { type: 'rotate-all' },
  { type: 'ahead', ahead: told.ahead },
  { type: 'continue' },
  { type: 'continue' },
  { type: 'pasted', pasted: told.pasted },
  { type: 'inspected', inspection: told.inspection },
  { type: 'continue' },
  { type: 'turn', turn },
];

const rotateAll = (steps: number) => after(start, ...turningAll.slice(0, steps));

const states = {
  starting: start,
  home: after(start, { type: 'home', home: told.fullHome, said: null }),
  welcome: walk(1),
  doctor: after(
    start,
    { type: 'home', home: told.fullHome, said: null },
    { type: 'doctor', connection: null },
  ),
  activity: after(start, { type: 'home', home: told.fullHome, said: null }, { type: 'activity' }),
  settings: after(start, { type: 'home', home: told.fullHome, said: null }, { type: 'settings' }),
  prepare: walk(3),
  'sign-in': walk(4),
  'token-page': walk(5),
  paste: walk(6),
  nominate: walk(9),
  progress: walk(10),
  disconnect: after(
    start,
    { type: 'home', home: told.fullHome, said: null },
    { type: 'disconnect', card: told.card },
  ),
  errand: onErrand(false),
  ending: after(onErrand(false), { type: 'end', broad: 'unsaid', forget: false }),
  settled: after(
    onErrand(false),
    { type: 'end', broad: 'unsaid', forget: false },
    { type: 'settled', end: { kind: 'disconnect', ended: told.disconnected } },
  ),
  result: after(walk(10), { type: 'ended', outcome: told.outcomes.connected }),
  pending: after(walk(10), { type: 'ended', outcome: told.outcomes.pending }),
  stopped: after(walk(10), { type: 'ended', outcome: told.outcomes.stopped }),
  rotation: rotate(8),
  rotating: rotate(9),
  rotated: after(rotate(9), { type: 'turned', rotation: told.rotations.rotated }),
  'rotate-all': rotateAll(3),
  rotations: rotateAll(8),
  'rotating-all': rotateAll(9),
  'rotated-all': after(rotateAll(9), { type: 'turned-all', rotations: told.several }),
} satisfies Record<Wizard['screen'], Wizard>;

const failed: Event = { type: 'failed', problem: told.problem('retry') };

describe('a rotation', () => {
  test('goes through the same screens, with its own preview, progress and end', () => {
    const passed = turning.map((_, index) => rotate(index + 1).screen);
    expect([...new Set(passed)]).toEqual([
      'home',
      'prepare',
      'token-page',
      'paste',
      'rotation',
      'rotating',
    ]);
    expect(states.rotated.screen).toBe('rotated');
  });

  test('asks for a token of the old one’s kind', () => {
    const card = { ...told.card, token_kind: 'account' as const };
    const state = after(rotate(1), { type: 'rotate', card, profile: told.profile });
    expect(state).toMatchObject({ screen: 'prepare', trip: { kind: 'account', rotating: card } });
  });

  test('that did not come through shows why, and every way back keeps the connection', () => {
    const rotation = told.rotations.stopped;
    const state = after(states.rotating, { type: 'turned', rotation });
    expect(state.problem).toEqual(rotation.problem);
    for (const to of ['prepare', 'paste', 'nominate'] as const) {
      const gone = move(state, { type: 'go', to });
      expect(gone, to).toMatchObject({ trip: { rotating: told.card } });
    }
    expect(move(state, { type: 'go', to: 'nominate' }).screen).toBe('rotation');
  });

  test('gathers its lines, and begins without any when it is tried again', () => {
    const line = told.turning[0] ?? never();
    const heard = after(states.rotating, { type: 'progress', line });
    expect(heard).toMatchObject({ lines: [line] });
    const problem = told.problem('retry');
    const again = after(heard, { type: 'failed', problem }, { type: 'again' });
    expect(again).toMatchObject({ lines: [], problem: null });
  });
});

describe('a connect that goes well', () => {
  test('passes every screen in its order', () => {
    const passed = well.map((_, index) => walk(index + 1).screen);
    expect([...new Set(passed)], 'each screen once, none skipped').toEqual([
      'welcome',
      'prepare',
      'sign-in',
      'token-page',
      'paste',
      'nominate',
      'progress',
    ]);
  });

  test('ends on the screen of its outcome', () => {
    const screenAfter = (outcome: Outcome) => after(walk(10), { type: 'ended', outcome }).screen;
    expect(screenAfter(told.outcomes.connected)).toBe('result');
    expect(screenAfter(told.outcomes.pending)).toBe('pending');
    expect(screenAfter(told.outcomes.stopped)).toBe('stopped');
  });

  test('skips the sign-in of a person who is signed in', () => {
    const prepared = { ...told.prepared, person: told.person, sign_in_needed: false };
    const state = after(walk(2), { type: 'prepared', prepared }, { type: 'continue' });
    expect(state.screen, 'the token page comes straight after the check').toBe('token-page');
  });

  test('remembers who signed in', () => {
    const state = states['token-page'];
    expect(state.screen === 'token-page' && state.trip.prepared).toMatchObject({
      person: told.person,
      sign_in_needed: false,
    });
  });

  test('begins with the kind of token that the profile likes best', () => {
    const profile = { ...told.profile, token_kinds: ['account' as const, 'user' as const] };
    const state = after(walk(1), { type: 'begin', profile, address: null });
    expect(state).toMatchObject({ screen: 'prepare', trip: { kind: 'account' } });
  });

  test('gathers the lines of progress in the order in which they came', () => {
    const state = after(
      states.progress,
      ...told.halfway.map((line): Event => ({ type: 'progress', line })),
    );
    expect(state.screen === 'progress' && state.lines).toEqual(told.halfway);
  });
});

describe('a move that the screen does not know', () => {
  const strays: [Wizard['screen'], Event][] = [
    ['welcome', { type: 'continue' }],
    ['welcome', { type: 'pasted', pasted: told.pasted }],
    ['welcome', { type: 'connect', choices }],
    ['home', { type: 'begin', profile: told.profile, address: null }],
    ['home', { type: 'go', to: 'nominate' }],
    ['doctor', { type: 'go', to: 'sign-in' }],
    ['doctor', { type: 'heard', line: seen.lines[0] ?? never() }],
    ['doctor', { type: 'diagnosed', diagnosis: seen.lacking, comparison: null }],
    ['nominate', { type: 'doctor', connection: null }],
    ['prepare', { type: 'signed-in', person: told.person }],
    ['prepare', { type: 'go', to: 'nominate' }],
    ['sign-in', { type: 'prepared', prepared: told.prepared }],
    ['sign-in', { type: 'continue' }],
    ['token-page', { type: 'inspected', inspection: told.inspection }],
    ['paste', { type: 'inspected', inspection: told.inspection }],
    ['paste', { type: 'continue' }],
    ['paste', { type: 'connect', choices }],
    ['paste', { type: 'kind', kind: 'account' }],
    ['nominate', { type: 'continue' }],
    ['nominate', { type: 'ended', outcome: told.outcomes.connected }],
    ['progress', { type: 'back' }],
    ['progress', { type: 'continue' }],
    ['progress', { type: 'connect', choices }],
    ['progress', { type: 'home', home: told.fullHome, said: null }],
    ['progress', { type: 'start-over', home: told.noHome }],
    ['result', { type: 'back' }],
    ['result', { type: 'ended', outcome: told.outcomes.stopped }],
    ['stopped', { type: 'progress', line: told.halfway[0] ?? never() }],
    ['stopped', { type: 'back' }],
    ['starting', { type: 'back' }],
    ['starting', { type: 'go', to: 'paste' }],
    ['nominate', { type: 'again' }],
    ['paste', { type: 'activity' }],
    ['progress', { type: 'settings' }],
    ['activity', { type: 'settings' }],
    ['home', { type: 'changed', card: told.card }],
    ['welcome', { type: 'disconnect', card: told.card }],
    ['token-page', { type: 'without-token' }],
    ['result', { type: 'settled', end: { kind: 'orphans', swept: told.swept } }],
    ['errand', { type: 'go', to: 'prepare' }],
    ['errand', { type: 'back' }],
    ['welcome', { type: 'rotate', card: told.card, profile: told.profile }],
    ['nominate', { type: 'turn', turn }],
    ['rotation', { type: 'connect', choices }],
    ['rotating', { type: 'back' }],
    ['rotating', { type: 'home', home: told.fullHome, said: null }],
    ['rotated', { type: 'turned', rotation: told.rotations.pending }],
    ['rotated', { type: 'back' }],
    ['ending', { type: 'back' }],
    ['ending', { type: 'home', home: told.fullHome, said: null }],
    ['ending', { type: 'end', broad: 'destroy', forget: false }],
    ['welcome', { type: 'rotate-all' }],
    ['rotating-all', { type: 'back' }],
    ['rotating-all', { type: 'home', home: told.fullHome, said: null }],
    ['rotations', { type: 'turned-all', rotations: told.several }],
    ['rotated-all', { type: 'back' }],
  ];

  test.each(strays)('%s stays as it is: %o', (screen, event) => {
    const state = states[screen];
    expect(move(state, event), 'the very same state').toBe(state);
  });
});

describe('rotating every connection', () => {
  test('goes by what is ahead, one token page and one paste', () => {
    const passed = turningAll.map((_, index) => rotateAll(index + 1).screen);
    expect([...new Set(passed)]).toEqual([
      'home',
      'rotate-all',
      'token-page',
      'paste',
      'rotations',
      'rotating-all',
    ]);
    expect(states['rotated-all'].screen).toBe('rotated-all');
  });

  test('signs in at each platform that asks for it, and looks again after each', () => {
    const away = after(
      rotateAll(2),
      { type: 'ahead', ahead: told.aheadSignedOut },
      { type: 'continue' },
    );
    expect(away.screen === 'sign-in' && away.trip?.profile.name).toBe('Edge stack');
    const back = move(away, { type: 'signed-in', person: told.person });
    expect(back, 'what is ahead is found out again').toMatchObject({
      screen: 'rotate-all',
      ahead: null,
    });
  });

  test('goes nowhere while there is nothing to rotate', () => {
    const none = move(rotateAll(2), { type: 'ahead', ahead: { ahead: [], skipped: [] } });
    expect(move(none, { type: 'continue' })).toBe(none);
  });

  test('keeps the lines of each, in the order in which they came', () => {
    const line = told.turningAll[0] ?? never();
    const state = move(states['rotating-all'], { type: 'progress-of', line });
    expect(state).toMatchObject({ lines: [line] });
  });

  test('that waits for something can be taken up from its end', () => {
    const errand = { kind: 'resume', left: told.openEnd, ending: 'finish' } as const;
    const state = move(states['rotated-all'], {
      type: 'errand',
      errand,
      prepared: signedIn,
      paste: false,
    });
    expect(state.screen).toBe('errand');
  });
});

describe('an errand', () => {
  test('that met a problem leads back to where it was confirmed', () => {
    const stuck = move(states.ending, failed);
    expect(move(stuck, { type: 'back' }).screen).toBe('errand');
  });

  test('for which a token is pasted goes by the token page and the paste', () => {
    const state = after(
      onErrand(true),
      { type: 'continue' },
      { type: 'pasted', pasted: told.pasted },
      { type: 'inspected', inspection: told.inspection },
      { type: 'continue' },
    );
    expect(state.screen === 'errand' && state.inspection).toEqual(told.inspection);
  });

  test('can go on without the token that would only help', () => {
    const state = move(onErrand(true), { type: 'without-token' });
    expect(state.screen === 'errand' && state.inspection).toBeNull();
  });

  test('does not go on without the token that it cannot do without', () => {
    const errand: Errand = { kind: 'resume', left: told.cutRotation, ending: 'undo' };
    const home = after(start, { type: 'home', home: told.fullHome, said: null });
    const state = move(home, {
      type: 'errand',
      errand,
      prepared: signedIn,
      paste: tokenNeed(errand) !== 'no',
    });
    expect(state.screen, 'it leads to the paste').toBe('token-page');
    expect(move(state, { type: 'without-token' }), 'and stays there').toBe(state);
  });

  test('signs in first where that is needed, and then does not forget what it is for', () => {
    const away = onErrand(false, told.prepared);
    expect(away.screen).toBe('sign-in');
    expect(move(away, { type: 'signed-in', person: told.person }).screen).toBe('errand');
  });

  test('is not held up by a platform that cannot be reached', () => {
    const unreached = { ...told.prepared, problems: [told.problem('retry')] };
    expect(onErrand(true, unreached).screen).toBe('token-page');
  });

  test('has no numbered steps', () => {
    expect(stageOf(onErrand(true))).toBeNull();
  });
});

describe('going back', () => {
  const ways: [Wizard['screen'], Wizard['screen']][] = [
    ['sign-in', 'prepare'],
    ['token-page', 'prepare'],
    ['paste', 'token-page'],
    ['nominate', 'paste'],
    ['activity', 'home'],
    ['settings', 'home'],
    ['rotation', 'paste'],
    ['rotate-all', 'home'],
    ['rotations', 'paste'],
  ];

  test.each(ways)('leads from %s to %s', (from, to) => {
    expect(move(states[from], { type: 'back' }).screen).toBe(to);
  });

  test('from the first screen leads home only where there is something to see', () => {
    const withConnections = move(states.home, { type: 'connect-another' });
    expect(move(withConnections, { type: 'back' }).screen).toBe('home');
    expect(move(states.welcome, { type: 'back' }).screen).toBe('welcome');
  });

  test('to the paste screen forgets what was pasted', () => {
    expect(move(states.nominate, { type: 'back' })).toMatchObject({
      pasted: null,
      inspection: null,
    });
  });

  test('to the check keeps what was found, so that nothing is checked twice', () => {
    expect(move(states['sign-in'], { type: 'back' })).toMatchObject({ prepared: told.prepared });
  });
});

describe('the settings', () => {
  test('lead to the activity, and are reached before anything is connected', () => {
    expect(move(states.settings, { type: 'activity' }).screen).toBe('activity');
    expect(move(states.welcome, { type: 'settings' }).screen).toBe('settings');
  });

  test('know a connection by what it is now', () => {
    const card = { ...told.card, project: 'another-site' };
    expect(move(states.settings, { type: 'changed', card })).toMatchObject({
      home: { connections: [{ project: 'another-site' }, { project: 'north-portfolio' }] },
    });
  });

  test('have the vault on the very screen, and the sign-in elsewhere', () => {
    const met = move(states.settings, failed);
    expect(move(met, { type: 'go', to: 'prepare' })).toMatchObject({
      screen: 'settings',
      problem: null,
    });
    expect(move(met, { type: 'go', to: 'sign-in' }).screen).toBe('sign-in');
  });
});

describe('a problem', () => {
  test('stays on the screen where it arose', () => {
    for (const state of Object.values(states)) {
      const met = move(state, failed);
      expect([met.screen, met.problem?.next]).toEqual([state.screen, 'retry']);
    }
  });

  test('goes away when the screen tries again', () => {
    expect(after(states.nominate, failed, { type: 'again' }).problem).toBeNull();
  });

  test('of a preparation is the first of those found', () => {
    const problems = [told.keychainLocked, told.problem('sign-in')];
    const event: Event = { type: 'prepared', prepared: { ...told.prepared, problems } };
    const state = move(walk(2), event);
    expect(state.problem).toBe(told.keychainLocked);
    expect(move(state, { type: 'continue' }), 'nobody passes it').toBe(state);
  });

  test('with a pasted token bars the way until another is pasted', () => {
    const stuck = after(walk(8), failed);
    expect(move(stuck, { type: 'continue' })).toBe(stuck);
    expect(move(stuck, { type: 'pasted', pasted: told.pasted }).problem).toBeNull();
  });

  test('lets a run that is over be left', () => {
    const stuck = move(states.progress, failed);
    expect(move(stuck, { type: 'start-over', home: told.noHome }).screen).toBe('welcome');
    expect(move(stuck, { type: 'home', home: told.fullHome, said: null }).screen).toBe('home');
  });

  test('that is mended by other choices keeps those that were made', () => {
    expect(move(states.stopped, { type: 'go', to: 'nominate' })).toMatchObject({
      screen: 'nominate',
      choices,
      problem: null,
    });
  });

  test.each(['prepare', 'sign-in', 'token-page', 'paste'] as const)(
    'can lead from where a run stopped to %s',
    (to) => {
      expect(move(states.stopped, { type: 'go', to })).toMatchObject({ screen: to, problem: null });
    },
  );

  test('about the sign-in can be mended from the list of connections', () => {
    expect(move(states.home, { type: 'go', to: 'sign-in' })).toMatchObject({
      screen: 'sign-in',
      trip: null,
    });
  });
});

describe('the doctor', () => {
  const examined = after(
    states.doctor,
    { type: 'examine' },
    ...seen.lines.map((line): Event => ({ type: 'heard', line })),
  );
  const diagnosed = move(examined, {
    type: 'diagnosed',
    diagnosis: seen.lacking,
    comparison: null,
  });

  test('is reached from the first screens, and goes back to the list of connections', () => {
    expect(move(states.home, { type: 'doctor', connection: 'c-1' })).toMatchObject({
      screen: 'doctor',
      connection: 'c-1',
      exam: null,
    });
    expect(move(states.welcome, { type: 'doctor', connection: null }).screen).toBe('doctor');
    expect(move(states.doctor, { type: 'back' }).screen).toBe('home');
  });

  test('gathers what it hears, and keeps it beside the diagnosis', () => {
    expect(diagnosed).toMatchObject({ exam: { lines: seen.lines, diagnosis: seen.lacking } });
  });

  test('goes back from a diagnosis to what was asked', () => {
    expect(move(diagnosed, { type: 'back' })).toMatchObject({ screen: 'doctor', exam: null });
  });

  test('is back at what was asked where nothing came of asking', () => {
    expect(move(examined, failed)).toMatchObject({ exam: null, problem: { next: 'retry' } });
  });

  test('keeps a diagnosis through a problem that comes after it', () => {
    expect(move(diagnosed, failed)).toMatchObject({ exam: { diagnosis: seen.lacking } });
  });

  test('keeps what was found while it is asked once more, and when that is stopped', () => {
    const line = seen.lines[1] ?? never();
    const again = after(diagnosed, { type: 'examine-again' }, { type: 'heard', line });
    expect(again).toMatchObject({ exam: { diagnosis: seen.lacking, again: [line] } });
    for (const event of [{ type: 'exam-stopped' }, failed] as const) {
      expect(move(again, event)).toMatchObject({ exam: { diagnosis: seen.lacking, again: null } });
    }
    expect(move(diagnosed, { type: 'heard', line }), 'a line that comes late').toEqual(diagnosed);
  });

  test('is back at what was asked when a first exam is stopped', () => {
    expect(move(examined, { type: 'exam-stopped' })).toMatchObject({ exam: null, problem: null });
    expect(move(states.doctor, { type: 'exam-stopped' })).toBe(states.doctor);
    expect(move(states.doctor, { type: 'examine-again' })).toBe(states.doctor);
  });

  test('keeps its form when another token is to be pasted', () => {
    const event: Event = { type: 'go', to: 'paste' };
    const stuck = move(examined, failed);
    const next = move(stuck, event);
    expect(next).toMatchObject({ exam: null, problem: null });
    expect(isNewVisit(stuck, event, next), 'what was chosen stays').toBe(false);
  });

  test('leads to the same profile with the same choices', () => {
    const again = seen.lacking.connect_again ?? never();
    const walked = after(
      diagnosed,
      { type: 'connect-again', again, renew: null },
      ...well.slice(1, 9),
    );
    expect(walked).toMatchObject({ screen: 'nominate', choices: again.choices });
  });

  test('begins a rotation of a connection that is on the list, with what it lacks', () => {
    const again = seen.lacking.connect_again ?? never();
    const renew = { card: told.card, profile: told.profile, lacks: true };
    const walked = after(
      diagnosed,
      { type: 'connect-again', again, renew },
      ...turning.slice(2, 8),
    );
    expect(walked).toMatchObject({ screen: 'rotation', turn: { profile_policy: true } });
  });

  test('says nothing of the choices to another profile', () => {
    const again = { ...(seen.lacking.connect_again ?? never()), profile: 'edge-stack' };
    const walked = after(
      diagnosed,
      { type: 'connect-again', again, renew: null },
      ...well.slice(1, 9),
    );
    expect(walked).toMatchObject({ screen: 'nominate', choices: null });
  });
});

describe('the one next action of a problem', () => {
  const nexts = Object.keys(words.problem.act) as Next[];
  const everywhere = Object.values(states).flatMap((state: Wizard) =>
    nexts.flatMap((next) =>
      [true, false].map((tried) => ({ state, next, lead: leadOf(state, next, tried) })),
    ),
  );

  test('leads on from every screen, and to the first one only where its words say so', () => {
    for (const { state, next, lead } of everywhere) {
      const where = `“${next}” on ${state.screen}`;
      if (lead.kind === 'start-over') expect(next, where).toBe('start-over');
      if (lead.kind !== 'go') continue;
      const met = move(state, { type: 'failed', problem: told.problem(next) });
      const gone = move(met, { type: 'go', to: lead.to });
      expect(gone, where).not.toBe(met);
      expect(gone.problem, where).toBeNull();
    }
  });

  test('says where it leads', () => {
    for (const { next, lead } of everywhere) expect(labelOf(next, lead)).toBeTruthy();
    expect(labelOf('choose-vault', { kind: 'again' })).toBe('Try again');
    expect(labelOf('sign-in', { kind: 'home' })).toBe('Go to connections');
    expect(labelOf('change-choices', { kind: 'settings' })).toBe('Open the settings');
  });

  const rotated = (rotation: keyof typeof told.rotations): Wizard =>
    after(states.rotating, { type: 'turned', rotation: told.rotations[rotation] });
  const connection = told.outcomes.pending.connection_id;
  const resuming = after(
    start,
    { type: 'home', home: told.fullHome, said: null },
    {
      type: 'errand',
      errand: { kind: 'resume', left: told.cutOff, ending: 'undo' },
      prepared: signedIn,
      paste: false,
    },
  );

  const leads: [string, Wizard, Next, Lead][] = [
    [
      'the choices, where a connect stopped',
      states.stopped,
      'retry',
      { kind: 'go', to: 'nominate' },
    ],
    [
      'the choices, where a rotation stopped',
      rotated('stopped'),
      'retry',
      { kind: 'go', to: 'nominate' },
    ],
    ['the platform, where it is awaited', states.pending, 'retry', { kind: 'deliver', connection }],
    ['the list, where a run is over', states.settled, 'retry', { kind: 'home' }],
    [
      'the settings, where nothing is made',
      states.disconnect,
      'choose-vault',
      { kind: 'settings' },
    ],
    ['the settings, where all is made', states.pending, 'choose-vault', { kind: 'settings' }],
    ['the settings, from the doctor', states.doctor, 'choose-vault', { kind: 'settings' }],
    [
      'another try, where a token was pasted for it',
      states.errand,
      'choose-vault',
      { kind: 'again' },
    ],
    ['the errand itself, for other choices', states.errand, 'change-choices', { kind: 'stay' }],
    [
      'the doctor’s list of tokens',
      states.doctor,
      'open-token-page',
      { kind: 'open', page: 'pasted-list' },
    ],
    [
      'the rotation that an errand came too late for',
      resuming,
      'deliver-again',
      { kind: 'deliver', connection: 'c-4c9p77wa' },
    ],
    [
      'the rotation that a new one would overtake',
      rotate(2),
      'deliver-again',
      { kind: 'deliver', connection: told.card.connection_id },
    ],
    [
      'another rotation, where a value was lost',
      rotated('valueLost'),
      'start-over',
      { kind: 'go', to: 'nominate' },
    ],
  ];

  test.each(leads)('leads to %s', (_, state, next, lead) => {
    expect(leadOf(state, next, false)).toEqual(lead);
  });

  test('does again what is known to have been tried', () => {
    for (const next of ['retry', 'deliver-again'] as const) {
      expect(leadOf(states.home, next, true)).toEqual({ kind: 'again' });
    }
  });

  test('after a lost value never puts the next one at stake', () => {
    const lost = move(after(states.rotation, { type: 'turn', turn: { ...turn, in_place: true } }), {
      type: 'turned',
      rotation: told.rotations.valueLost,
    });
    expect(move(lost, { type: 'go', to: 'nominate' })).toMatchObject({
      screen: 'rotation',
      turn: { in_place: false },
    });
  });
});

describe('a sign-in in the middle of something', () => {
  const person: Event = { type: 'signed-in', person: told.person };
  const away = (state: Wizard) => move(state, { type: 'go', to: 'sign-in' });

  test('goes on with the choices, and asks for no other token', () => {
    expect(after(away(states.stopped), person)).toMatchObject({ screen: 'nominate', choices });
    expect(after(away(states.rotating), person)).toMatchObject({ screen: 'rotation', turn });
    expect(after(away(states.errand), person).screen).toBe('errand');
  });

  test('is for the delivery alone, where all else is done', () => {
    expect(away(states.pending)).toMatchObject({
      screen: 'sign-in',
      trip: null,
      after: { kind: 'deliver', connection: told.outcomes.pending.connection_id },
    });
  });

  test('can be left out on an errand, and on nothing else', () => {
    const skip: Event = { type: 'without-sign-in' };
    expect(move(onErrand(false, told.prepared), skip).screen).toBe('errand');
    expect(move(onErrand(true, told.prepared), skip).screen).toBe('token-page');
    expect(move(states['sign-in'], skip)).toBe(states['sign-in']);
  });
});

describe('the numbered steps', () => {
  test('are six with a platform and five without', () => {
    expect(stages(told.profile)).toHaveLength(6);
    expect(stages(told.ownStack)).toHaveLength(5);
    expect(stages(told.ownStack)).not.toContain('sign-in');
  });

  test('are shown from the check to the end, and nowhere else', () => {
    const shown = Object.entries(states).map(([screen, state]) => [
      screen,
      stageOf(state)?.stage ?? null,
    ]);
    expect(Object.fromEntries(shown)).toEqual({
      activity: null,
      settings: null,
      starting: null,
      home: null,
      welcome: null,
      doctor: null,
      disconnect: null,
      errand: null,
      ending: null,
      settled: null,
      'rotate-all': null,
      rotations: null,
      'rotating-all': null,
      'rotated-all': null,
      prepare: 'prepare',
      'sign-in': 'sign-in',
      'token-page': 'token-page',
      paste: 'paste',
      nominate: 'nominate',
      progress: 'progress',
      result: 'progress',
      pending: 'progress',
      rotation: 'nominate',
      rotating: 'progress',
      rotated: 'progress',
      stopped: 'progress',
    });
  });

  test('hold a run that has to be ended until connect has ended it', () => {
    expect(holdsRun(states.nominate)).toBe(true);
    expect(holdsRun(states.result), 'what is connected is not undone').toBe(false);
    expect(holdsRun(states.pending), 'what waits for the platform is not undone').toBe(false);
  });
});

function never(): never {
  throw new Error('the fixture has lines');
}
