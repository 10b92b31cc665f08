import type { Made, Target } from './attack.ts';
import { attacks } from './attacks.ts';

/**
 * Plays all attacks, one after the other: sets up, attacks, tells what was taken. Nothing is removed, so that a person
 * can repeat by hand what was played; playing again makes new events. Answers what the stacks
 * made (`ApiId`). Throws when an attack did not succeed.
 */
export async function playAttacks(lab: Target, tell: (line: string) => void = () => {}): Promise<Made> {
  const all: Record<string, string> = {};
  for (const attack of attacks) {
    tell(`${attack.title} (${attack.technique}) …`);
    const made = await attack.warmUp(lab);
    Object.assign(all, made);
    tell(`  ${await attack.detonate(lab, made)}`);
  }
  return all;
}
