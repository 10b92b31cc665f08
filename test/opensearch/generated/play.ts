import { setTimeout as wait } from 'node:timers/promises';
import type { Document } from '../../../src/base/document.ts';
import { difference, hitsDifference } from '../answer.ts';
import { asWritten, type Engine, type EngineAnswer, type Engines } from '../engines.ts';
import { type Answers, knownKinds } from './known.ts';

/** An index, documents and questions about them, the same for both engines. */
export interface Story {
  readonly body: Document;
  readonly documents: readonly Document[];
  readonly questions: readonly Question[];
}

export interface Question {
  /** `hits`: what hits show, in their order, counts too. */
  readonly kind: 'search' | 'hits' | 'explain';
  readonly body: Document;
}

/** A difference and how to see it again. */
export interface Finding {
  readonly what: string;
  readonly story: Story;
  /** Which of the known kinds it is of. */
  readonly kind?: string;
  /** The original died of it. */
  readonly fatal?: boolean;
}

const index = 'generated';

/**
 * Plays a story on both engines and answers what differs: a document that only one takes, the mapping after them, an
 * answer. A document's difference ends the story, since all else would follow from it.
 */
export async function play({ real, ours }: Engines, story: Story): Promise<Finding[]> {
  const [wanted, got] = await Promise.all([begin(real, story), begin(ours, story)]);
  const birth = difference(wanted.birth, got.birth);
  if (birth !== undefined) return [{ what: `PUT /index: ${birth}`, story: { ...story, documents: [], questions: [] } }];
  if (wanted.birth.status !== 200) return [];
  for (const at of story.documents.keys()) {
    const [a, b] = [wanted.items[at], got.items[at]];
    if (a !== b) {
      const documents = story.documents.slice(0, at + 1);
      return [
        {
          what: `document ${at + 1}: ${b}, the original ${a}`,
          story: { ...story, documents, questions: [] },
        },
      ];
    }
  }
  const mapping = difference(wanted.mapping, got.mapping) ?? difference(got.mapping, wanted.mapping);
  if (mapping !== undefined) return [{ what: `the mapping: ${mapping}`, story: { ...story, questions: [] } }];
  const found: Finding[] = [];
  for (let at = 0; at < story.questions.length; at += 8) {
    const asked = story.questions.slice(at, at + 8);
    const mine = await Promise.all(asked.map((question) => ask(ours, question)));
    const theirs = await askOriginal(
      real,
      asked.map((question, number) => (deadly(mine[number] as EngineAnswer, question) ? undefined : question)),
    );
    for (const [number, question] of asked.entries()) {
      const [a, b] = [theirs[number], mine[number] as EngineAnswer];
      if (a === undefined) {
        found.push({ what: emptyBuckets, story: { ...story, questions: [question] }, kind: emptyBuckets });
        continue;
      }
      const what = difference(a, b) ?? (question.kind === 'hits' ? hitsDifference(a, b) : undefined);
      if (what === undefined) continue;
      const kind = await kindOf({ real: a, ours: b }, question, ours);
      found.push({
        what,
        story: { ...story, questions: [question] },
        ...(kind === undefined ? {} : { kind }),
        fatal: a === dead,
      });
    }
  }
  return found;
}

/** The kind of difference that nobody looks at: the question is not asked of the original. */
export const emptyBuckets = 'empty buckets without number, which the original makes until its memory is full';

/**
 * True of a histogram over years that would have more buckets than an answer may: the original counts its empty ones only
 * when it has made them all, and has died of it.
 */
function deadly(ours: EngineAnswer, { body }: Question): boolean {
  return ours.text.includes('too_many_buckets_exception') && JSON.stringify(body).includes('"min_doc_count":0');
}

/** The original's answers. Of several questions one may be its end: then they are asked one by one, of what was started anew. */
async function askOriginal(
  real: Engine,
  questions: readonly (Question | undefined)[],
): Promise<(EngineAnswer | undefined)[]> {
  try {
    return await Promise.all(questions.map((question) => question && ask(real, question)));
  } catch {
    const answers: (EngineAnswer | undefined)[] = [];
    for (const question of questions) {
      await untilBack(real);
      answers.push(question && (await ask(real, question).catch(() => dead)));
    }
    await untilBack(real);
    return answers;
  }
}

const dead: EngineAnswer = { status: 0, text: 'it died', body: undefined };

/** scripts/test-opensearch.mjs starts it again. */
async function untilBack({ call }: Engine): Promise<void> {
  for (const end = Date.now() + 90_000; ; await wait(500)) {
    const health = await call('GET', `/_cluster/health/${index}`).catch(() => undefined);
    if (health?.body?.status === 'green' || health?.body?.status === 'yellow') return;
    if (Date.now() > end) throw new Error('the original died and did not come back within 90 s');
  }
}

async function kindOf(answers: Answers, question: Question, ours: Engine): Promise<string | undefined> {
  for (const { name, explains } of knownKinds) {
    if (await explains(answers, question.body, (body) => ask(ours, { ...question, body }))) return name;
  }
  return undefined;
}

const paths: Readonly<Record<Question['kind'], string>> = {
  search: '_search?track_total_hits=true&size=50&_source=false',
  hits: '_search?track_total_hits=true',
  explain: '_validate/query?explain=true',
};

function ask({ call }: Engine, { kind, body }: Question): Promise<EngineAnswer> {
  return call('POST', `/${index}/${paths[kind]}`, body);
}

interface Begun {
  readonly birth: EngineAnswer;
  /** Status, and of a refusal its type. */
  readonly items: readonly string[];
  readonly mapping: EngineAnswer;
}

async function begin({ call }: Engine, { body, documents }: Story): Promise<Begun> {
  await call('DELETE', `/${index}`);
  const birth = await call('PUT', `/${index}`, body);
  const lines = documents.map(
    (source, at) => `${JSON.stringify({ index: { _id: String(at + 1) } })}\n${asWritten(source)}\n`,
  );
  const bulk = lines.length === 0 ? undefined : await call('POST', `/${index}/_bulk?refresh=true`, lines.join(''));
  const items = ((bulk?.body?.items ?? []) as readonly { readonly index: Item }[]).map((item) => item.index);
  return {
    birth,
    items: items.map(({ status, error }) => (error ? `${status} ${error.type}` : String(status))),
    mapping: await call('GET', `/${index}/_mapping`),
  };
}

interface Item {
  readonly status: number;
  readonly error?: { readonly type: string; readonly reason: string };
}
