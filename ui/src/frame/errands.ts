/** How an errand begins, wherever the person takes it up. */
import type { Ending, Home, LeftOver, Prepared } from '../generated/types';
import * as ipc from '../ipc';
import { tokenNeed, type Errand, type Event } from '../wizard';

/** What comes of taking up an errand. Without the vault nothing can be ended; a platform that is silent is told later. */
export async function taken(
  begun: Promise<ipc.Answer<Prepared>>,
  errand: Errand,
  paste: boolean,
): Promise<Event> {
  const answer = await begun;
  if (!answer.ok) return { type: 'failed', problem: answer.problem };
  const problem = answer.value.problems[0];
  return problem && answer.value.vault.self_test_ms === null
    ? { type: 'failed', problem }
    : { type: 'errand', errand, prepared: answer.value, paste };
}

/** A connection of several: its account, and its project where the list has one. */
export function nameOf(
  one: { connection_id: string; account_name: string },
  { connections }: Home,
): string {
  const card = connections.find(({ connection_id }) => connection_id === one.connection_id);
  return card?.project ? `${card.account_name} · ${card.project}` : one.account_name;
}

/** Takes up a run that was cut off. */
export function resumed(run: LeftOver, ending: Ending): Promise<Event> {
  const errand: Errand = { kind: 'resume', left: run, ending };
  return taken(ipc.resumeBegin(run.run), errand, tokenNeed(errand) !== 'no');
}
