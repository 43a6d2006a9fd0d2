/**
 * Where the person is, and how they get from there to elsewhere.
 *
 * One state, moved by one pure function. A move that the state does not know leaves it as it is (the very same
 * object), so an answer that comes after the person went elsewhere does no harm.
 */
import type {
  BroadNeed,
  Checked,
  BroadWish,
  Choices,
  Comparison,
  ConnectAgain,
  Connected,
  ConnectionCard,
  Diagnosis,
  Disconnected,
  DoctorProgress,
  Ending,
  Home,
  Inspection,
  LeftOver,
  Outcome,
  Pasted,
  Pending,
  Person,
  Prepared,
  Problem,
  ProfileCard,
  Progress,
  Rotation,
  RotationChoices,
  Settled,
  SeveralAhead,
  SeveralProgress,
  SeveralRotations,
  Stopped,
  Swept,
  TokenKind,
} from './generated/types';
import type { Destination } from './next';
import { withChecked } from './watch';

/** What a trip is for that makes nothing new. */
export type Errand =
  | { kind: 'disconnect'; card: ConnectionCard }
  | { kind: 'resume'; left: LeftOver; ending: Ending }
  | { kind: 'orphans' };

/** An errand that goes step by step. */
export type Ended = Exclude<Errand, { kind: 'orphans' }>;

/** Every connection gets a new token, with one paste. */
export interface RotateAll {
  kind: 'rotate-all';
  /** Where the person came from. */
  home: Home;
}

/** Whether an errand needs a token that is pasted for it. */
export function tokenNeed(errand: Errand): BroadNeed {
  if (errand.kind !== 'resume') return 'better';
  const { finish, undo } = errand.left;
  return (errand.ending === 'finish' ? finish : undo)?.broad ?? 'no';
}

/** How an errand ended. */
export type ErrandEnd =
  | { kind: 'disconnect'; ended: Disconnected }
  | { kind: 'resume'; settled: Settled }
  | { kind: 'orphans'; swept: Swept };

/** What was chosen on the welcome screen. */
export interface Trip {
  profile: ProfileCard;
  address: string | null;
  kind: TokenKind;
  /** Choices to begin with, where a connection is made again. */
  wish: Choices | null;
  /** What it is for, where that is no new connection, and whether a token is pasted for it. */
  errand?: (Errand | RotateAll) & { paste: boolean };
  /** The connection that gets a new token; nothing where a new connection is made. */
  rotating: ConnectionCard | null;
  /** Whether the new token is to have what the profile asks for now, as the old one lacks some of it. */
  renew: boolean;
}

/** A trip whose vault and session stand. */
export interface Ready extends Trip {
  prepared: Prepared;
}

/** A trip whose pasted token is known. */
export interface Inspected extends Ready {
  pasted: Pasted;
  inspection: Inspection;
}

/** A connection whose token is made anew, by its profile. */
export interface Renewal {
  card: ConnectionCard;
  profile: ProfileCard;
  /** Whether the old token lacks what the profile asks for. */
  lacks: boolean;
}

/** What was just done, told once on the list of connections. */
export interface Said {
  text: string;
  tone: 'good' | 'warn';
}

/** What a sign-in is for, where that is not the next step of its trip. */
export type AfterSignIn =
  | { kind: 'deliver'; connection: string }
  /** What was chosen and pasted there is still at hand. */
  | { kind: 'screen'; state: Wizard };

/** What the doctor heard of a token so far. */
export interface Exam {
  lines: readonly DoctorProgress[];
  /** Nothing while it is still asking. */
  diagnosis: Diagnosis | null;
  /** What changed since the time before, where it was asked once more. */
  comparison: Comparison | null;
  /** What was heard of asking once more, while that is under way. */
  again: readonly DoctorProgress[] | null;
}

type Screens =
  | { screen: 'starting' }
  | { screen: 'home'; home: Home; said: Said | null }
  | { screen: 'welcome'; home: Home; again: ConnectAgain | null }
  /** Without an exam, the person is still choosing what to ask. */
  | { screen: 'doctor'; home: Home; connection: string | null; exam: Exam | null }
  | { screen: 'activity'; home: Home }
  | { screen: 'settings'; home: Home }
  | { screen: 'prepare'; trip: Trip; prepared: Prepared | null }
  /** Without a trip, the person came from the list of connections and goes back there. */
  | { screen: 'sign-in'; trip: Ready | null; after: AfterSignIn | null }
  | { screen: 'token-page'; trip: Ready }
  | { screen: 'paste'; trip: Ready; pasted: Pasted | null; inspection: Inspection | null }
  | { screen: 'nominate'; trip: Inspected; choices: Choices | null }
  | { screen: 'progress'; trip: Inspected; choices: Choices; lines: readonly Progress[] }
  | { screen: 'disconnect'; home: Home; card: ConnectionCard }
  /** The token for an errand is pasted, or none is needed: what is left is to say so. */
  | { screen: 'errand'; trip: Ready; errand: Errand; inspection: Inspection | null }
  | {
      screen: 'ending';
      trip: Ready;
      errand: Ended;
      inspection: Inspection | null;
      broad: BroadWish;
      /** Whether what stays open is forgotten here all the same. */
      forget: boolean;
      lines: readonly Progress[];
    }
  | { screen: 'settled'; end: ErrandEnd }
  | { screen: 'result'; trip: Inspected; connected: Connected }
  | { screen: 'pending'; trip: Inspected; choices: Choices; pending: Pending }
  | { screen: 'stopped'; trip: Inspected; choices: Choices; stopped: Stopped }
  | { screen: 'rotation'; trip: Inspected; turn: RotationChoices | null }
  | { screen: 'rotating'; trip: Inspected; turn: RotationChoices; lines: readonly Progress[] }
  | { screen: 'rotated'; trip: Inspected; turn: RotationChoices; rotation: Rotation }
  /** What is ahead of rotating every connection; nothing while that is being found out. */
  | { screen: 'rotate-all'; home: Home; ahead: SeveralAhead | null }
  | { screen: 'rotations'; home: Home; trip: Inspected; turn: RotationChoices | null }
  | {
      screen: 'rotating-all';
      home: Home;
      trip: Inspected;
      turn: RotationChoices;
      lines: readonly SeveralProgress[];
    }
  | { screen: 'rotated-all'; home: Home; trip: Inspected; rotations: SeveralRotations };

/** The state: a screen, and the problem that it shows, if any. */
export type Wizard = Screens & { problem: Problem | null };

export type Screen = Wizard['screen'];
export type On<S extends Screen> = Extract<Wizard, { screen: S }>;

export type Event =
  | { type: 'home'; home: Home; said: Said | null }
  | { type: 'news'; home: Home }
  | { type: 'start-over'; home: Home }
  /** How connections stand was found out meanwhile, wherever the person is by now. */
  | { type: 'checked'; checked: readonly Checked[] }
  | { type: 'connect-another' }
  /** What the diagnosis found wanting is made anew; by a rotation, where the connection is still on the list. */
  | { type: 'connect-again'; again: ConnectAgain; renew: Renewal | null }
  | { type: 'doctor'; connection: string | null }
  | { type: 'activity' }
  | { type: 'settings' }
  /** A connection is known otherwise now. */
  | { type: 'changed'; card: ConnectionCard }
  | { type: 'examine' }
  | { type: 'examine-again' }
  | { type: 'heard'; line: DoctorProgress }
  /** The person does not wait for the exam's end. */
  | { type: 'exam-stopped' }
  | { type: 'diagnosed'; diagnosis: Diagnosis; comparison: Comparison | null }
  | { type: 'begin'; profile: ProfileCard; address: string | null }
  /** A connection of the list is to get a new token. */
  | { type: 'rotate'; card: ConnectionCard; profile: ProfileCard }
  | { type: 'turn'; turn: RotationChoices }
  | { type: 'turned'; rotation: Rotation }
  | { type: 'rotate-all' }
  | { type: 'ahead'; ahead: SeveralAhead }
  | { type: 'progress-of'; line: SeveralProgress }
  | { type: 'turned-all'; rotations: SeveralRotations }
  | { type: 'prepared'; prepared: Prepared }
  | { type: 'signed-in'; person: Person }
  | { type: 'kind'; kind: TokenKind }
  | { type: 'pasted'; pasted: Pasted }
  | { type: 'inspected'; inspection: Inspection }
  | { type: 'disconnect'; card: ConnectionCard }
  | { type: 'errand'; errand: Errand; prepared: Prepared; paste: boolean }
  /** Goes on with an errand for which a token would be better, without one. */
  | { type: 'without-token' }
  /** The errand is to be done now, with this to become of the pasted token. */
  | { type: 'end'; broad: BroadWish; forget: boolean }
  /** Goes on with an errand whose platform is then told later. */
  | { type: 'without-sign-in' }
  | { type: 'settled'; end: ErrandEnd }
  | { type: 'connect'; choices: Choices }
  | { type: 'progress'; line: Progress }
  | { type: 'ended'; outcome: Outcome }
  | { type: 'continue' }
  | { type: 'back' }
  /** `deliver` is the connection whose token is delivered once the person has signed in. */
  | { type: 'go'; to: Destination; deliver?: string | undefined }
  /** The screen tries again, so what it showed as a problem is no longer one. */
  | { type: 'again' }
  | { type: 'failed'; problem: Problem };

export const start: Wizard = { screen: 'starting', problem: null };

/** The state after the event; the same object where the event is none of this screen's. */
export function move(state: Wizard, event: Event): Wizard {
  switch (event.type) {
    case 'home':
      return running(state) ? state : atHome(event.home, event.said);
    case 'start-over':
      return running(state) ? state : welcome(event.home);
    case 'connect-another':
      return state.screen === 'home' ? welcome(state.home) : state;
    case 'begin':
      return state.screen === 'welcome' ? begin(event.profile, event.address, state.again) : state;
    case 'rotate':
      return state.screen === 'home' ? prepare(event.profile, null, null, event.card) : state;
    case 'turn':
      if (state.screen === 'rotations') return rotatingAll(state, event.turn);
      return state.screen === 'rotation' ? rotating(state.trip, event.turn) : state;
    case 'turned':
      return state.screen === 'rotating' ? turned(state, event.rotation) : state;
    case 'rotate-all':
      return state.screen === 'home' ? rotateAll(state.home) : state;
    case 'ahead':
      return state.screen === 'rotate-all'
        ? { ...state, ahead: event.ahead, problem: null }
        : state;
    case 'progress-of':
      return state.screen === 'rotating-all'
        ? { ...state, lines: [...state.lines, event.line] }
        : state;
    case 'turned-all':
      return state.screen === 'rotating-all' ? turnedAll(state, event.rotations) : state;
    case 'connect-again': {
      if (state.screen !== 'doctor') return state;
      const { renew } = event;
      return renew
        ? prepare(renew.profile, null, null, renew.card, renew.lacks)
        : welcome(state.home, event.again);
    }
    case 'doctor':
      return state.screen === 'home' || state.screen === 'welcome'
        ? doctor(state.home, event.connection)
        : state;
    case 'activity':
      return looking(state) ? { screen: 'activity', home: state.home, problem: null } : state;
    case 'settings':
      return looking(state) ? { screen: 'settings', home: state.home, problem: null } : state;
    case 'changed':
      return state.screen === 'settings'
        ? { ...state, home: withCard(state.home, event.card), problem: null }
        : state;
    case 'examine':
      return state.screen === 'doctor' ? { ...state, exam: noExam, problem: null } : state;
    case 'heard':
      return state.screen === 'doctor' && state.exam
        ? { ...state, exam: heard(state.exam, event.line) }
        : state;
    case 'examine-again':
      if (state.screen !== 'doctor' || !state.exam?.diagnosis) return state;
      return { ...state, exam: { ...state.exam, again: [] }, problem: null };
    case 'exam-stopped':
      if (state.screen !== 'doctor' || !state.exam) return state;
      return { ...state, exam: stopped(state.exam) };
    case 'diagnosed': {
      if (state.screen !== 'doctor' || !state.exam) return state;
      const { diagnosis, comparison } = event;
      return {
        ...state,
        exam: { ...state.exam, diagnosis, comparison, again: null },
        problem: null,
      };
    }
    case 'checked':
      return 'home' in state && event.checked.length > 0
        ? { ...state, home: withChecked(state.home, event.checked) }
        : state;
    case 'news':
      return state.screen === 'home' ? { ...state, home: event.home } : state;
    case 'prepared':
      if (state.screen !== 'prepare') return state;
      return { ...state, prepared: event.prepared, problem: event.prepared.problems[0] ?? null };
    case 'signed-in':
      if (state.screen !== 'sign-in' || !state.trip) return state;
      return state.after?.kind === 'screen'
        ? state.after.state
        : afterSignIn(signedIn(state.trip, event.person));
    case 'without-sign-in':
      return state.screen === 'sign-in' && state.trip?.errand && state.after === null
        ? afterSignIn(state.trip)
        : state;
    case 'disconnect':
      return state.screen === 'home'
        ? { screen: 'disconnect', home: state.home, card: event.card, problem: null }
        : state;
    case 'errand':
      return ['home', 'disconnect', 'rotated-all'].includes(state.screen)
        ? beginErrand(event.errand, event.prepared, event.paste)
        : state;
    case 'without-token':
      return state.screen === 'token-page' &&
        state.trip.errand &&
        state.trip.errand.kind !== 'rotate-all' &&
        tokenNeed(state.trip.errand) !== 'must'
        ? onErrand(state.trip, state.trip.errand, null)
        : state;
    case 'end':
      return state.screen === 'errand' && state.errand.kind !== 'orphans'
        ? ending(state, state.errand, event.broad, event.forget)
        : state;
    case 'settled':
      return state.screen === 'errand' || state.screen === 'ending'
        ? { screen: 'settled', end: event.end, problem: null }
        : state;
    case 'kind':
      return state.screen === 'token-page'
        ? { ...state, trip: { ...state.trip, kind: event.kind } }
        : state;
    case 'pasted':
      if (state.screen !== 'paste') return state;
      return { ...state, pasted: event.pasted, inspection: null, problem: null };
    case 'inspected':
      if (state.screen !== 'paste' || !state.pasted) return state;
      return { ...state, inspection: event.inspection, problem: null };
    case 'connect':
      return state.screen === 'nominate' ? progress(state.trip, event.choices) : state;
    case 'progress':
      return state.screen === 'progress' || state.screen === 'rotating' || state.screen === 'ending'
        ? { ...state, lines: [...state.lines, event.line] }
        : state;
    case 'ended':
      return state.screen === 'progress' ? ended(state, event.outcome) : state;
    case 'continue':
      return onward(state);
    case 'back':
      return back(state);
    case 'go':
      return go(state, event.to, event.deliver);
    case 'again':
      return state.problem ? again(state) : state;
    case 'failed':
      return failed(state, event.problem);
  }
}

/** Whether the screen after the event begins afresh. The doctor's form does not: it keeps what was chosen. */
export function isNewVisit(before: Wizard, event: Event, next: Wizard): boolean {
  if (next.screen !== before.screen) return true;
  return event.type === 'go' && next !== before && next.screen !== 'doctor';
}

/** The screens from which the person looks at what there is. */
const looking = (state: Wizard): state is On<'home'> | On<'welcome'> | On<'settings'> =>
  ['home', 'welcome', 'settings'].includes(state.screen);

const withCard = (home: Home, card: ConnectionCard): Home => ({
  ...home,
  connections: home.connections.map((known) =>
    known.connection_id === card.connection_id ? card : known,
  ),
});

/** A run under way is left by its own end or by its cancelling, never by walking off. */
const running = (state: Wizard): boolean =>
  ['progress', 'rotating', 'rotating-all', 'ending'].includes(state.screen) && !state.problem;

function atHome(home: Home, said: Said | null): Wizard {
  return hasNews(home) ? { screen: 'home', home, said, problem: null } : welcome(home);
}

/** Whether there is anything to show on the home screen. */
export const hasNews = (home: Home): boolean =>
  home.connections.length > 0 || home.unfinished.length > 0;

const welcome = (home: Home, again: ConnectAgain | null = null): Wizard => ({
  screen: 'welcome',
  home,
  again,
  problem: null,
});

const doctor = (home: Home, connection: string | null): Wizard => ({
  screen: 'doctor',
  home,
  connection,
  exam: null,
  problem: null,
});

const noExam: Exam = { lines: [], diagnosis: null, comparison: null, again: null };

function heard(exam: Exam, line: DoctorProgress): Exam {
  if (!exam.diagnosis) return { ...exam, lines: [...exam.lines, line] };
  return exam.again ? { ...exam, again: [...exam.again, line] } : exam;
}

/** What was found before asking once more stands; a first exam leaves nothing. */
const stopped = (exam: Exam): Exam | null => (exam.diagnosis ? { ...exam, again: null } : null);

/** An exam that came to nothing is over, and the person is back at what was asked. */
const failed = (state: Wizard, problem: Problem): Wizard =>
  state.screen === 'doctor'
    ? { ...state, exam: state.exam && stopped(state.exam), problem }
    : { ...state, problem };

function begin(profile: ProfileCard, address: string | null, again: ConnectAgain | null): Wizard {
  return prepare(profile, address, again?.profile === profile.id ? again.choices : null);
}

function prepare(
  profile: ProfileCard,
  address: string | null,
  wish: Choices | null,
  rotating: ConnectionCard | null = null,
  renew = false,
): Wizard {
  // Only a token of the old one's kind can delete it.
  const kind = rotating?.token_kind ?? profile.token_kinds[0] ?? 'user';
  return {
    screen: 'prepare',
    trip: { profile, address, kind, wish, rotating, renew },
    prepared: null,
    problem: null,
  };
}

const tokenPage = (trip: Ready): Wizard => ({ screen: 'token-page', trip, problem: null });

/** A trip that makes nothing new has no profile of its own; it carries what the screens on its way show. */
function errandProfile(id: (Errand | RotateAll)['kind'], name: string): ProfileCard {
  return {
    id,
    name,
    summary: '',
    brand: { accent: null, logo: null, support: null, docs: [] },
    has_platform: name !== '',
    platform_address: null,
    kept: [],
    never_kept: [],
    permissions: [],
    token_kinds: ['user'],
    conditions: [],
    parts: [],
    optional: [],
    needs_zone: false,
    zones: 'one',
    project: null,
  };
}

function platformOf(errand: Errand): string {
  switch (errand.kind) {
    case 'disconnect':
      return errand.card.platform;
    case 'resume':
      return errand.left.platform ?? '';
    case 'orphans':
      return '';
  }
}

/** A platform that cannot be reached does not hold up an errand: it is told later. */
function beginErrand(errand: Errand, prepared: Prepared, paste: boolean): Wizard {
  const trip: Ready = {
    profile: errandProfile(errand.kind, platformOf(errand)),
    address: null,
    kind: errand.kind === 'disconnect' ? errand.card.token_kind : 'user',
    wish: null,
    rotating: null,
    renew: false,
    prepared,
    errand: { ...errand, paste },
  };
  return prepared.sign_in_needed && prepared.problems.length === 0
    ? signIn(trip)
    : afterSignIn(trip);
}

const signIn = (trip: Ready | null, after: AfterSignIn | null = null): Wizard => ({
  screen: 'sign-in',
  trip,
  after,
  problem: null,
});

function afterSignIn(trip: Ready): Wizard {
  const { errand } = trip;
  // There may be another platform to sign in to.
  if (errand?.kind === 'rotate-all') return rotateAll(errand.home);
  return errand && !errand.paste ? onErrand(trip, errand, null) : tokenPage(trip);
}

const onErrand = (trip: Ready, errand: Errand, inspection: Inspection | null): Wizard => ({
  screen: 'errand',
  trip,
  errand,
  inspection,
  problem: null,
});

const ending = (
  { trip, inspection }: On<'errand'>,
  errand: Ended,
  broad: BroadWish,
  forget: boolean,
): Wizard => ({
  screen: 'ending',
  trip,
  errand,
  inspection,
  broad,
  forget,
  lines: [],
  problem: null,
});

const paste = (trip: Ready): Wizard => ({
  screen: 'paste',
  trip,
  pasted: null,
  inspection: null,
  problem: null,
});

const nominate = (trip: Inspected, choices: Choices | null): On<'nominate'> => ({
  screen: 'nominate',
  trip,
  choices,
  problem: null,
});

const progress = (trip: Inspected, choices: Choices): Wizard => ({
  screen: 'progress',
  trip,
  choices,
  lines: [],
  problem: null,
});

const rotation = (trip: Inspected, turn: RotationChoices | null): On<'rotation'> => ({
  screen: 'rotation',
  trip,
  turn,
  problem: null,
});

/** What a rotation is chosen with at first, where the old token lacks something. */
const renewed: RotationChoices = {
  in_place: false,
  profile_policy: true,
  expires: null,
  broad: 'unsaid',
};

const rotating = (trip: Inspected, turn: RotationChoices): Wizard => ({
  screen: 'rotating',
  trip,
  turn,
  lines: [],
  problem: null,
});

const turned = ({ trip, turn }: On<'rotating'>, rotation: Rotation): Wizard => ({
  screen: 'rotated',
  trip,
  turn,
  rotation,
  problem: rotation.problem,
});

const rotateAll = (home: Home): Wizard => ({
  screen: 'rotate-all',
  home,
  ahead: null,
  problem: null,
});

/** Several connections have no run of their own; `ahead` is what stands in for it. */
function tripOf(home: Home, ahead: SeveralAhead): Ready {
  const next = ahead.ahead.find(({ sign_in }) => sign_in);
  return {
    profile: errandProfile('rotate-all', next?.platform ?? ''),
    address: null,
    kind: ahead.ahead[0]?.token_kind ?? 'user',
    wish: null,
    rotating: null,
    renew: false,
    prepared: {
      run: '',
      vault: {
        kind: 'keychain',
        store: '',
        persists: null,
        self_test_ms: null,
        sealed_file: false,
      },
      person: null,
      sign_in_needed: next !== undefined,
      problems: [],
    },
    errand: { kind: 'rotate-all', home, paste: true },
  };
}

const rotations = (home: Home, trip: Inspected, turn: RotationChoices | null): Wizard => ({
  screen: 'rotations',
  home,
  trip,
  turn,
  problem: null,
});

const rotatingAll = ({ home, trip }: On<'rotations'>, turn: RotationChoices): Wizard => ({
  screen: 'rotating-all',
  home,
  trip,
  turn,
  lines: [],
  problem: null,
});

const turnedAll = ({ home, trip }: On<'rotating-all'>, rotations: SeveralRotations): Wizard => ({
  screen: 'rotated-all',
  home,
  trip,
  rotations,
  problem: null,
});

const signedIn = (trip: Ready, person: Person): Ready => ({
  ...trip,
  prepared: { ...trip.prepared, person, sign_in_needed: false },
});

function ended({ trip, choices }: On<'progress'>, outcome: Outcome): Wizard {
  switch (outcome.state) {
    case 'connected':
      return { screen: 'result', trip, connected: outcome, problem: null };
    case 'pending':
      return { screen: 'pending', trip, choices, pending: outcome, problem: outcome.problem };
    case 'stopped':
      return { screen: 'stopped', trip, choices, stopped: outcome, problem: outcome.problem };
  }
}

function onward(state: Wizard): Wizard {
  switch (state.screen) {
    case 'prepare': {
      if (!state.prepared || state.problem) return state;
      const trip = { ...state.trip, prepared: state.prepared };
      return trip.prepared.sign_in_needed ? signIn(trip) : tokenPage(trip);
    }
    case 'rotate-all': {
      if (!state.ahead || state.ahead.ahead.length === 0 || state.problem) return state;
      const trip = tripOf(state.home, state.ahead);
      return trip.prepared.sign_in_needed ? signIn(trip) : tokenPage(trip);
    }
    case 'token-page':
      return paste(state.trip);
    case 'paste': {
      if (!state.pasted || !state.inspection || state.problem) return state;
      const trip = { ...state.trip, pasted: state.pasted, inspection: state.inspection };
      if (trip.errand?.kind === 'rotate-all') return rotations(trip.errand.home, trip, null);
      if (trip.errand) return onErrand(state.trip, trip.errand, state.inspection);
      return trip.rotating
        ? rotation(trip, trip.renew ? renewed : null)
        : nominate(trip, trip.wish);
    }
    default:
      return state;
  }
}

function back(state: Wizard): Wizard {
  switch (state.screen) {
    case 'welcome':
    case 'activity':
    case 'settings':
    case 'disconnect':
    case 'rotate-all':
      return atHome(state.home, null);
    case 'doctor':
      return state.exam ? { ...state, exam: null, problem: null } : atHome(state.home, null);
    case 'sign-in':
    case 'token-page':
      return state.trip && !state.trip.errand ? prepared(state.trip) : state;
    case 'paste':
      return tokenPage(state.trip);
    case 'nominate':
    case 'rotation':
    case 'rotations':
      return paste(state.trip);
    case 'ending':
      return state.problem ? onErrand(state.trip, state.errand, state.inspection) : state;
    default:
      return state;
  }
}

function prepared({ prepared, ...trip }: Ready): Wizard {
  return { screen: 'prepare', trip, prepared, problem: null };
}

function go(state: Wizard, to: Destination, deliver?: string): Wizard {
  // What was made waits for the platform alone: no other token is needed for that.
  if (to === 'sign-in' && deliver !== undefined) {
    return signIn(null, { kind: 'deliver', connection: deliver });
  }
  if (state.screen === 'home') return to === 'sign-in' ? signIn(null) : state;
  // The vault, and everything that can be chosen there, is on the very screen.
  if (state.screen === 'settings') {
    return to === 'sign-in' ? signIn(null) : { ...state, problem: null };
  }
  // The token is pasted there too.
  if (state.screen === 'doctor') {
    return to === 'paste' || to === 'nominate' ? { ...state, exam: null, problem: null } : state;
  }
  // Whatever was mended meanwhile, what is ahead is found out again.
  if (state.screen === 'rotate-all') return rotateAll(state.home);
  const trip = readyTrip(state);
  switch (to) {
    case 'prepare':
      return trip && !trip.errand
        ? prepare(trip.profile, trip.address, trip.wish, trip.rotating, trip.renew)
        : state;
    case 'sign-in': {
      if (!trip) return state;
      const after = afterwards(state);
      return signIn(after?.kind === 'deliver' ? null : trip, after);
    }
    case 'token-page':
      return trip ? tokenPage(trip) : state;
    case 'paste':
      return trip ? paste(trip) : state;
    case 'nominate':
      return chosen(state) ?? state;
  }
}

/** Where what was chosen can be changed. */
function chosen(state: Wizard): Wizard | null {
  if (state.screen === 'ending') return onErrand(state.trip, state.errand, state.inspection);
  if (state.screen === 'rotations' || state.screen === 'rotating-all') {
    return rotations(state.home, state.trip, state.turn);
  }
  if ('turn' in state) {
    const lost = state.screen === 'rotated' && state.rotation.state === 'value-lost';
    // A value that was lost once is not put at stake again.
    return rotation(state.trip, lost ? { ...state.turn, in_place: false } : state.turn);
  }
  return 'choices' in state ? nominate(state.trip, state.choices) : null;
}

/** What goes on once the person has signed in, where a token was pasted already or has done its work. */
function afterwards(state: Wizard): AfterSignIn | null {
  if (state.screen === 'errand') return { kind: 'screen', state: { ...state, problem: null } };
  if (state.screen === 'pending') {
    return { kind: 'deliver', connection: state.pending.connection_id };
  }
  const waits = ['pending', 'undelivered', 'roll-unknown'];
  if (state.screen === 'rotated' && waits.includes(state.rotation.state)) {
    return { kind: 'deliver', connection: state.rotation.connection_id };
  }
  const back = chosen(state);
  return back && { kind: 'screen', state: back };
}

/** The trip as far as it is ready, whichever screen carries it. */
function readyTrip(state: Wizard): Ready | null {
  if (state.screen === 'prepare') {
    return state.prepared ? { ...state.trip, prepared: state.prepared } : null;
  }
  return 'trip' in state ? state.trip : null;
}

/** A run that is tried again begins with no lines; every other screen keeps what it has. */
function again(state: Wizard): Wizard {
  switch (state.screen) {
    case 'progress':
    case 'rotating':
    case 'rotating-all':
    case 'ending':
      return { ...state, lines: [], problem: null };
    default:
      return { ...state, problem: null };
  }
}

/** Whether the application holds a run for this screen that has to be ended when the person leaves. */
export const holdsRun = ({ screen }: Wizard): boolean =>
  [
    'prepare',
    'sign-in',
    'token-page',
    'paste',
    'nominate',
    'stopped',
    'rotation',
    'rotated',
    'errand',
    'ending',
    'rotations',
  ].includes(screen);

/** The numbered steps that a person sees. */
export type Stage = 'prepare' | 'sign-in' | 'token-page' | 'paste' | 'nominate' | 'progress';

/** The steps of a trip: without a platform there is nobody to sign in to. */
export function stages(profile: ProfileCard): readonly Stage[] {
  const all: Stage[] = ['prepare', 'sign-in', 'token-page', 'paste', 'nominate', 'progress'];
  return profile.has_platform ? all : all.filter((stage) => stage !== 'sign-in');
}

/** Which step the state stands at; nothing outside the numbered walk. */
export function stageOf(
  state: Wizard,
): { stage: Stage; profile: ProfileCard; rotating: boolean } | null {
  if (!('trip' in state) || !state.trip || state.trip.errand) return null;
  const { profile } = state.trip;
  const rotating = state.trip.rotating !== null;
  switch (state.screen) {
    case 'pending':
    case 'stopped':
    case 'result':
    case 'rotating':
    case 'rotated':
      return { stage: 'progress', profile, rotating };
    case 'rotation':
      return { stage: 'nominate', profile, rotating };
    case 'errand':
    case 'ending':
    case 'rotations':
    case 'rotating-all':
    case 'rotated-all':
      return null;
    default:
      return { stage: state.screen, profile, rotating };
  }
}
