/** What every screen says. */
import type { Theme } from '../generated/types';
import type { Stage } from '../plain/stages';

export const common = {
  app: 'Narrows',
  title: (screen: string, problem: boolean) => `${problem ? 'Problem: ' : ''}${screen} – Narrows`,
  version: (version: string) => `Version ${version}`,
  back: 'Back',
  continue: 'Continue',
  cancel: 'Cancel',
  copied: 'Copied',
  loading: 'One moment',
  elsewhere: 'More',
  creates: (what: string) => `Creates: ${what}`,
  brand: {
    help: (name: string) => `Help with ${name}`,
    support: 'Ask its support',
  },
  sandbox: {
    name: 'Sandbox',
    text: (address: string) => `Nothing here is real. Cloudflare is played by ${address}`,
  },
  theme: {
    name: 'Appearance',
    option: { system: 'As the system', light: 'Light', dark: 'Dark' } satisfies Record<
      Theme,
      string
    >,
  },
  stage: {
    of: (at: number, all: number) => `Step ${at} of ${all}`,
    name: {
      prepare: 'Check',
      'sign-in': 'Sign in',
      'token-page': 'Make token',
      paste: 'Paste',
      nominate: 'Choose',
      progress: 'Connect',
    } satisfies Record<Stage, string>,
    rotate: 'Rotate',
  },
  secret: { show: 'Show', hide: 'Hide', shown: 'It is shown', hidden: 'It is hidden' },
  starting: { title: 'Narrows' },
  broken: {
    title: 'This screen cannot be shown',
    text: 'What was done so far stands, and is written down in the activity.',
  },
};
