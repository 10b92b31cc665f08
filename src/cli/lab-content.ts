import { join } from 'node:path';
import { TrailhoundError } from '../base/errors.ts';
import { describeProblem, type Parsed } from '../base/problem.ts';
import { readContent, shippedContent } from '../config/content.ts';
import type { Attack } from '../lab/attack.ts';
import { readAttacks } from '../lab/read-attacks.ts';

const folder = join(shippedContent, 'lab');
const attackFile = 'attacks.yaml';

/** The lab's templates by name: `leaky-bucket`, `insecure-api`, `trail`. */
export function labTemplates(): ReadonlyMap<string, string> {
  const files = readContent([folder], ['.yaml']).value.filter(({ name }) => name !== attackFile);
  return new Map(files.map(({ name, text }) => [name.replace(/\.yaml$/, ''), text]));
}

/** Where the template lies, for commands that take a file. */
export function templatePath(name: string): string {
  return join(folder, `${name}.yaml`);
}

/** The shipped attacks, and those of the user's files; of two with one id the later wins. */
export function labAttacks(paths: readonly string[] = []): Parsed<readonly Attack[]> {
  const files = readContent([join(folder, attackFile), ...paths], ['.yaml', '.yml']);
  const read = files.value.map(({ path, text }) => readAttacks(text, path));
  const byId = new Map(read.flatMap(({ value }) => value).map((attack) => [attack.id, attack]));
  return { value: [...byId.values()], problems: [...files.problems, ...read.flatMap(({ problems }) => problems)] };
}

/** The stack that a new lab begins with: its data lake and a trail that sees. Throws where it is not shipped. */
export function trailTemplate(): string {
  const template = labTemplates().get('trail');
  if (template === undefined) throw new TrailhoundError('not-found', `there is no ${templatePath('trail')}`);
  return template;
}

export const trailStack = 'projectx-trail';

/** An attack by its id; throws naming those that are. */
export function attackNamed(attacks: Parsed<readonly Attack[]>, id: string): Attack {
  const found = attacks.value.find((attack) => attack.id === id);
  if (found) return found;
  const broken = attacks.problems.map(describeProblem).join('; ');
  throw new TrailhoundError(
    'not-found',
    `there is no attack "${id}" (see: trailhound lab attacks)${broken ? `; not read: ${broken}` : ''}`,
  );
}
