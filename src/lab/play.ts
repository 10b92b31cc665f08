import type { Target } from './attack.ts';
import { attacks } from './attacks.ts';

/**
 * Plays all attacks, one after the other: sets up, attacks, tells what was taken. Nothing is removed, so that a person
 * can repeat by hand what was played; playing again makes new events. Throws when an attack did not succeed.
 */
export async function playAttacks(lab: Target, tell: (line: string) => void = () => {}): Promise<void> {
  for (const attack of attacks) {
    tell(`${attack.title} (${attack.technique}) …`);
    const made = await attack.warmUp(lab);
    tell(`  ${await attack.detonate(lab, made)}`);
  }
}
