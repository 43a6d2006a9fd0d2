import type { ProfileCard } from '../generated/types';

/** The numbered steps that a person sees. */
export type Stage = 'prepare' | 'sign-in' | 'token-page' | 'paste' | 'nominate' | 'progress';

/** The steps of a trip: without a platform there is nobody to sign in to. */
export function stages(profile: ProfileCard): readonly Stage[] {
  const all: Stage[] = ['prepare', 'sign-in', 'token-page', 'paste', 'nominate', 'progress'];
  return profile.has_platform ? all : all.filter((stage) => stage !== 'sign-in');
}
