/** A run under way, step by step. */
import type { Step, StepState } from '../generated/types';

export const step = {
  prepare: 'Check this computer',
  inspect: 'Ask who the token is',
  fuse: 'Set the broad token to end in 15 minutes',
  mint: 'Make the narrow token',
  keep: 'Put it in the vault',
  prove: 'Prove what it can and cannot do',
  deliver: 'Hand it to the platform',
  extra: 'Make the extra token',
  swap: 'Let the connection use the new token',
  revoke: 'Delete the old token',
  destroy: 'Destroy the broad token',
  record: 'Write down what was done',
  platform: 'Delete the connection at the platform',
  cloudflare: 'End the token at Cloudflare',
  local: 'Forget it on this computer',
} satisfies Record<Step, string>;

export const stepState = {
  waiting: 'Waiting',
  began: 'Working',
  going: 'Working',
  done: 'Done',
  skipped: 'Not needed',
  warned: 'Partly done',
  failed: 'Failed',
} satisfies Record<StepState | 'waiting', string>;

export const progress = {
  title: 'Connecting',
  lead: 'This takes a few seconds. If anything fails, what was made is undone.',
  said: (step: string, state: string, detail: string) =>
    `${step}: ${state}${detail ? `. ${detail}` : ''}`,
  cancel: 'Cancel',
  cancelling: 'Undoing what was done…',
  seconds: (ms: number) => `${(ms / 1000).toFixed(1)} s`,
};
