import { isDocument } from '../../../src/base/document.ts';
import type { Engines } from '../engines.ts';
import { type Finding, play, type Question, type Story } from './play.ts';

/** How often a smaller story is tried. Each costs about a fifth of a second on the original. */
const attemptsMax = Number(process.env.TRAILHOUND_SHRINKS ?? 40);

/** A smaller story with a difference of the same sort: fewer documents, fields and parameters, a simpler question. */
export async function shrink(engines: Engines, finding: Finding): Promise<Finding> {
  let best = finding;
  let attempts = 0;
  const sort = sortOf(finding.what);
  const works = async (story: Story): Promise<boolean> => {
    if (attempts++ >= attemptsMax) return false;
    const found = (await play(engines, story)).find(({ what }) => sortOf(what) === sort);
    if (found) best = found;
    return found !== undefined;
  };
  for (let smaller = true; smaller && attempts < attemptsMax; ) {
    smaller = false;
    for (const story of candidates(best.story)) {
      if (await works(story)) {
        smaller = true;
        break;
      }
    }
  }
  return best;
}

/** The words without names and numbers, which change when documents go. */
export function sortOf(what: string): string {
  return what.replace(/\d+ hits|\[.*?\]|".*?"|'.*?'|\d+(?!\d* [a-z0-9_])|\{.*/g, '').slice(0, 150);
}

function* candidates(story: Story): Generator<Story> {
  const { body, documents, questions } = story;
  if (documents.length > 1) {
    const half = Math.floor(documents.length / 2);
    yield { ...story, documents: documents.slice(half) };
    yield { ...story, documents: documents.slice(0, half) };
  }
  const [asked] = questions;
  if (asked)
    for (const smaller of shorter(asked.body)) {
      yield { ...story, questions: [{ ...asked, body: smaller as Question['body'] }] };
    }
  for (const at of documents.keys()) {
    yield { ...story, documents: documents.filter((_, other) => other !== at) };
  }
  for (const smaller of shorter(documents)) yield { ...story, documents: smaller as Story['documents'] };
  for (const smaller of shorter(body)) yield { ...story, body: smaller as Story['body'] };
}

/** The value with one member gone, or one object replaced by an object below it; big changes first. */
function* shorter(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    if (value.length > 1) for (const at of value.keys()) yield value.filter((_, other) => other !== at);
    for (const [at, member] of value.entries()) {
      for (const smaller of shorter(member)) yield value.map((other, place) => (place === at ? smaller : other));
    }
  } else if (isDocument(value)) {
    for (const member of Object.values(value)) {
      for (const below of Array.isArray(member) ? member : [member]) if (isDocument(below)) yield below;
    }
    const entries = Object.entries(value);
    if (entries.length > 3) {
      const half = Math.ceil(entries.length / 2);
      yield Object.fromEntries(entries.slice(half));
      yield Object.fromEntries(entries.slice(0, half));
    }
    if (entries.length > 1) {
      for (const [key] of entries) yield Object.fromEntries(entries.filter(([other]) => other !== key));
    }
    for (const [key, member] of entries) {
      for (const smaller of shorter(member)) yield { ...value, [key]: smaller };
    }
  } else if (typeof value === 'string' && value.includes(' ')) {
    const parts = value.split(' ');
    for (const at of parts.keys()) yield parts.filter((_, other) => other !== at).join(' ');
  }
}
