/** The screens, and what each of them stands on. */
import type {
  BroadWish,
  Choices,
  Comparison,
  ConnectAgain,
  Connected,
  ConnectionCard,
  Diagnosis,
  DoctorProgress,
  Home,
  Inspection,
  Pasted,
  Pending,
  Prepared,
  Problem,
  Progress,
  Rotation,
  RotationChoices,
  SeveralAhead,
  SeveralProgress,
  SeveralRotations,
  Stopped,
} from '../generated/types';
import type { Ended, Errand, ErrandEnd, Inspected, Ready, Trip } from './trip';

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

/** The name of a screen. */
export type Screen = Wizard['screen'];
/** The state while that screen shows. */
export type On<S extends Screen> = Extract<Wizard, { screen: S }>;

/** Where everybody begins. */
export const start: Wizard = { screen: 'starting', problem: null };

/** A screen as it is entered: with nothing in the way. */
export const at = <S extends Screen>(screen: S, rest: Omit<On<S>, 'screen' | 'problem'>): On<S> =>
  ({ screen, ...rest, problem: null }) as unknown as On<S>;
