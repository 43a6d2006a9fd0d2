/** What there is is looked at: the connections, the activity, the settings. */
import type { Checked, ConnectionCard, Home } from '../generated/types';
import { withChecked } from '../plain/watch';
import { atHome, welcome } from './enter';
import { at, type On, type Said, type Wizard } from './state';

/** Events of the screens on which the person looks at what there is. */
export type LookEvent =
  | { type: 'home'; home: Home; said: Said | null }
  | { type: 'start-over'; home: Home }
  | { type: 'news'; home: Home }
  /** How connections stand was found out meanwhile, wherever the person is by now. */
  | { type: 'checked'; checked: readonly Checked[] }
  | { type: 'connect-another' }
  | { type: 'activity' }
  | { type: 'settings' }
  /** A connection is known otherwise now. */
  | { type: 'changed'; card: ConnectionCard };

/** The state after one of them; the same object where it is none of this screen's. */
export function looked(state: Wizard, event: LookEvent): Wizard {
  switch (event.type) {
    case 'home':
      return running(state) ? state : atHome(event.home, event.said);
    case 'start-over':
      return running(state) ? state : welcome(event.home);
    case 'news':
      return state.screen === 'home' ? { ...state, home: event.home } : state;
    case 'checked':
      return 'home' in state && event.checked.length > 0
        ? { ...state, home: withChecked(state.home, event.checked) }
        : state;
    case 'connect-another':
      return state.screen === 'home' ? welcome(state.home) : state;
    case 'activity':
      return looking(state) ? at('activity', { home: state.home }) : state;
    case 'settings':
      return looking(state) ? at('settings', { home: state.home }) : state;
    case 'changed':
      return state.screen === 'settings'
        ? { ...state, home: withCard(state.home, event.card), problem: null }
        : state;
  }
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
