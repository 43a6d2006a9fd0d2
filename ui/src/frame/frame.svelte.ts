/** The frame around the screens: where the person is, what the application told, and what every screen may ask. */
import type { About, Problem } from '../generated/types';
import * as ipc from '../ipc';
import type { Page } from '../plain/messages';
import { isSignedOut } from '../plain/watch';
import { holdsRun, isNewVisit, move, start, type Event, type Said, type Wizard } from '../wizard';
import { words } from '../words';
import { appearance } from './appearance.svelte';
import { labelOf, leadOf } from './lead';
import type { Nav } from './nav';

/** What was tried when a problem was met; with the connection, where that was to deliver its token. */
interface Attempt {
  again: () => void;
  delivers?: string;
}

/** A frame of its own; `begin` has it ask the application for everything. */
export function frame() {
  let about = $state.raw<About | null>(null);
  let wizard = $state.raw<Wizard>(start);
  /** Grows with every screen that is entered, so that a screen entered twice begins afresh. */
  let visit = $state(0);
  let busy = $state(false);
  /** What is being checked: one connection, all, or nothing. */
  let checking = $state<string | null>(null);
  let delivering = $state<string | null>(null);

  const branded = $derived('trip' in wizard ? (wizard.trip?.profile ?? null) : null);

  function send(event: Event) {
    const next = move(wizard, event);
    if (isNewVisit(wizard, event, next)) visit += 1;
    wizard = next;
  }

  const attempts = new WeakMap<Problem, Attempt>();

  function failed(problem: Problem, attempt?: Attempt) {
    if (attempt) attempts.set(problem, attempt);
    send({ type: 'failed', problem });
  }

  async function begin() {
    const answer = await ipc.about();
    if (!answer.ok) {
      failed(answer.problem);
      return;
    }
    about = answer.value;
    // The command line may have set another theme. Nothing waits for it.
    void ipc.settings().then((settings) => {
      if (settings.ok) appearance.show(settings.value.theme);
    });
    await home(null);
    // Beside whatever the person does meanwhile.
    if (wizard.screen === 'home') void check(null, true);
  }

  /** `quietly` says nothing of what stood in the way: nobody had asked for it. */
  async function check(connectionId: string | null, quietly = false) {
    if (checking !== null) return;
    checking = connectionId ?? 'all';
    const answer = await ipc.checkConnections(connectionId);
    checking = null;
    if (answer.ok) send({ type: 'checked', checked: answer.value });
    else if (!quietly) failed(answer.problem, { again: () => void check(connectionId) });
  }

  async function signInFor(connectionId: string, deliver?: string) {
    const answer = await ipc.signInFor(connectionId);
    if (answer.ok) send({ type: 'go', to: 'sign-in', deliver });
    else failed(answer.problem, { again: () => void wait(() => signInFor(connectionId, deliver)) });
  }

  async function home(said: Said | null) {
    if (holdsRun(wizard)) await ipc.cancel();
    const answer = await ipc.home();
    if (!answer.ok) {
      failed(answer.problem, { again: () => void wait(() => home(said)) });
      return;
    }
    send({ type: 'home', home: answer.value, said });
    // Whoever has just signed in is not told that they are not.
    if (said && isSignedOut(answer.value)) void check(null, true);
  }

  async function startOver() {
    // A run that is not open cannot be ended, and then there is nothing to do.
    await ipc.cancel();
    const answer = await ipc.home();
    if (answer.ok) send({ type: 'start-over', home: answer.value });
    else failed(answer.problem, { again: () => void wait(startOver) });
  }

  async function settings() {
    await home(null);
    send({ type: 'settings' });
  }

  async function deliver(connectionId: string) {
    // From elsewhere the list comes first, so that what stands in the way is told there.
    if (!['home', 'pending', 'rotated'].includes(wizard.screen)) {
      await home(null);
      if (wizard.problem) return;
    }
    delivering = connectionId;
    const answer = await ipc.deliverAgain(connectionId);
    delivering = null;
    if (!answer.ok) {
      const again = () => void wait(() => deliver(connectionId));
      failed(answer.problem, { again, delivers: connectionId });
      return;
    }
    const { platform, receipt_code, delivery } = answer.value;
    await home(
      delivery === 'accepted'
        ? { text: words.home.delivered(platform, receipt_code), tone: 'good' }
        : { text: words.home.notDelivered(platform, words.delivery[delivery]), tone: 'warn' },
    );
  }

  async function open(page: Page, again: () => void = () => void open(page)): Promise<boolean> {
    const answer = await ipc.openPage(page);
    if (!answer.ok) failed(answer.problem, { again });
    return answer.ok;
  }

  async function openTokenList(of: string) {
    const answer = await ipc.openTokenList(of);
    if (!answer.ok) failed(answer.problem, { again: () => void openTokenList(of) });
  }

  async function wait(work: () => Promise<unknown>) {
    busy = true;
    await work();
    busy = false;
  }

  async function unlock(problem: Problem, passphrase: string, again?: () => void) {
    const answer = await ipc.unlockSealedFile(passphrase);
    const attempt = attempts.get(problem) ?? (again && { again });
    if (!answer.ok) {
      failed(answer.problem, attempt);
      return;
    }
    send({ type: 'again' });
    attempt?.again();
  }

  const lead = (problem: Problem) => leadOf(wizard, problem.next, attempts.has(problem));

  function follow(problem: Problem, again?: () => void) {
    const act = lead(problem);
    const attempt = attempts.get(problem);
    switch (act.kind) {
      case 'again': {
        send({ type: 'again' });
        const once = attempt?.again ?? again;
        if (once) once();
        else void wait(() => home(null));
        return;
      }
      case 'stay':
        send({ type: 'again' });
        return;
      case 'go':
        send({ type: 'go', to: act.to, deliver: attempt?.delivers });
        return;
      case 'sign-in-for':
        return void wait(() => signInFor(act.connection, act.connection));
      case 'settings':
        return void wait(settings);
      case 'open':
        // Of a rotation it is the old token that is to be found.
        return void wait(() => open(wizard.screen === 'rotated' ? 'old-token' : act.page));
      case 'deliver':
        return void wait(() => deliver(act.connection));
      case 'start-over':
        return void wait(startOver);
      case 'home':
        return void wait(() => home(null));
    }
  }

  /** What one visit of a screen may do: once the person is elsewhere, its late answers count for nothing. */
  const navOf = (mine: number): Nav => ({
    send: (event) => {
      if (mine === visit) send(event);
    },
    failed: (problem, again) => {
      if (mine === visit) failed(problem, again && { again });
    },
    follow,
    label: (problem) => labelOf(problem.next, lead(problem)),
    unlock,
    open,
    openTokenList,
    deliver,
    get delivering() {
      return delivering;
    },
    home: (said) => {
      if (mine === visit) void wait(() => home(said ?? null));
    },
    startOver: () => void wait(startOver),
    check: (connectionId) => check(connectionId),
    signInFor: (connectionId) => wait(() => signInFor(connectionId)),
    get checking() {
      return checking;
    },
    get profile() {
      return branded;
    },
    get busy() {
      return busy;
    },
  });

  return {
    get about() {
      return about;
    },
    get wizard() {
      return wizard;
    },
    get visit() {
      return visit;
    },
    /** Whose run is under way. */
    get branded() {
      return branded;
    },
    begin,
    send,
    navOf,
  };
}
