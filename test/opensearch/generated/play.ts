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
    const answers = await Promise.all(asked.map((question) => Promise.all([ask(real, question), ask(ours, question)])));
    for (const [number, [a, b]] of answers.entries()) {
      const question = asked[number] as Question;
      const what = difference(a, b) ?? (question.kind === 'hits' ? hitsDifference(a, b) : undefined);
      if (what === undefined) continue;
      const kind = await kindOf({ real: a, ours: b }, question, ours);
      found.push({ what, story: { ...story, questions: [question] }, ...(kind === undefined ? {} : { kind }) });
    }
  }
  return found;
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
