import { expect, test } from 'vitest';
import type { Next } from '../../src/generated/types';
import { actFor, type Act } from '../../src/plain/next';

const acts: [Next, Act][] = [
  ['retry', { kind: 'again' }],
  ['paste-again', { kind: 'go', to: 'paste' }],
  ['open-token-page', { kind: 'go', to: 'token-page' }],
  ['open-token-list', { kind: 'open', page: 'pasted-list' }],
  ['sign-in', { kind: 'go', to: 'sign-in' }],
  ['choose-vault', { kind: 'go', to: 'prepare' }],
  ['change-choices', { kind: 'go', to: 'nominate' }],
  ['deliver-again', { kind: 'deliver' }],
  ['start-over', { kind: 'start-over' }],
  ['home', { kind: 'home' }],
];

test.each(acts)('“%s” leads where its words say', (next, act) => {
  expect(actFor(next)).toEqual(act);
});
