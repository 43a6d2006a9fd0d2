/** Every word that the page says by itself. What a run finds out comes in sentences from the application. */
import * as activity from './activity';
import { common } from './common';
import * as connect from './connect';
import * as disconnect from './disconnect';
import * as doctor from './doctor';
import * as home from './home';
import * as nominate from './nominate';
import * as problem from './problem';
import * as progress from './progress';
import * as result from './result';
import * as rotate from './rotate';
import { date, moment } from './say';
import * as settings from './settings';

export const words = {
  date,
  moment,
  ...common,
  ...problem,
  ...home,
  ...activity,
  ...settings,
  ...connect,
  ...nominate,
  ...progress,
  ...result,
  ...rotate,
  ...disconnect,
  ...doctor,
};
