import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { clean, engines } from './engines.ts';
import { knownKinds } from './generated/known.ts';
import { emptyBuckets, type Finding, play } from './generated/play.ts';
import { shrink } from './generated/shrink.ts';
import { counts, paged, renderings, searches } from './generated/story.ts';

/**
 * Made-up indices, documents and searches, asked on both engines: the documents taken or refused alike, the same mapping
 * after them, the same hits and their order, totals, aggregations, `_source`, fields, marked words, refusals and renderings. At least 2,000 questions a run; the seed is printed, and
 * TRAILHOUND_SEED=N repeats a run. TRAILHOUND_STORIES=N plays more or fewer indices, TRAILHOUND_ONLY=paged later pages and what hits show alone.
 */
const seed = Number(process.env.TRAILHOUND_SEED ?? randomInt(2 ** 31));
const stories = Number(process.env.TRAILHOUND_STORIES ?? 50);

/**
 * What is of a known kind (generated/known.ts, docs/COMPATIBILITY.md) is counted by its name. Of the rest so many are told
 * and let pass in a run, since what is made up is new each time: two or three are usual, and ten come by chance once in a thousand
 * runs.
 */
const unknownMax = 9;

/** How many differences are made small and told; the rest is counted. */
const toldMax = Number(process.env.TRAILHOUND_TOLD ?? 5);

const both = await engines();

if (both) {
  test(`generated queries, TRAILHOUND_SEED=${seed}`, async (t) => {
    for (const engine of [both.real, both.ours]) await clean(engine);
    let questions = 0;
    const found: Finding[] = [];
    const read = fc.sample(renderings, { seed, numRuns: Math.ceil(stories / 10) });
    const counted = fc.sample(counts, { seed, numRuns: Math.ceil(stories / 5) });
    const turned = fc.sample(paged, { seed, numRuns: Math.ceil(stories / 10) });
    const first =
      process.env.TRAILHOUND_ONLY === 'paged'
        ? []
        : [...fc.sample(searches, { seed, numRuns: stories }), ...read, ...counted];
    for (const each of [...first, ...turned]) {
      questions += each.questions.length;
      found.push(...(await play(both, each)));
    }
    const unknown = found.filter(({ kind }) => kind === undefined);
    t.diagnostic(`seed ${seed}: ${stories} indices, ${questions} questions, ${unknown.length} unknown differences`);
    for (const name of [...knownKinds.map((each) => each.name), emptyBuckets]) {
      t.diagnostic(`${found.filter(({ kind }) => kind === name).length} of a known kind: ${name}`);
    }
    const told: string[] = [];
    for (const finding of unknown.slice(0, toldMax)) {
      told.push(tell(finding.fatal ? finding : await shrink(both, finding)));
    }
    for (const each of told) t.diagnostic(each);
    assert.ok(
      unknown.length <= unknownMax,
      `${unknown.length} unknown differences with TRAILHOUND_SEED=${seed}\n\n${told.join('\n\n')}`,
    );
  });
}

function tell({ what, story: { body, documents, questions } }: Finding): string {
  const lines = [what, `PUT /generated ${JSON.stringify(body)}`];
  for (const [at, source] of documents.entries()) lines.push(`PUT /generated/_doc/${at + 1} ${JSON.stringify(source)}`);
  for (const { kind, body: asked } of questions) {
    lines.push(
      `POST /generated/${kind === 'explain' ? '_validate/query?explain=true' : '_search'} ${JSON.stringify(asked)}`,
    );
  }
  return lines.join('\n');
}
