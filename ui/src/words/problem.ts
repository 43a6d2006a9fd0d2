/** A problem, and what one press does about it. */
import type { Next } from '../generated/types';

export const problem = {
  title: 'There is a problem',
  evidence: 'What was seen',
  fields: 'Some answers need another look',
  settings: 'Open the settings',
  act: {
    retry: 'Try again',
    'paste-again': 'Paste another token',
    'open-token-page': 'Go to the token page',
    'open-token-list': 'Open my tokens at Cloudflare',
    'sign-in': 'Sign in',
    'choose-vault': 'Choose the vault',
    'change-choices': 'Change the choices',
    'deliver-again': 'Deliver again',
    'start-over': 'Start over',
    home: 'Go to connections',
  } satisfies Record<Next, string>,
};

export const unexpected = {
  message: 'Narrows met something that it did not expect.',
  hint: 'Start over. If it comes back, tell support what was seen.',
};
