import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { writeJson } from '../../src/base/json.ts';
import type { Json } from '../program.ts';
import { serve } from '../program.ts';

/**
 * The two engines of `npm run test:opensearch`: a real OpenSearch 2.19.4 and this program, both over HTTP.
 *
 * A comparison is a file `test/opensearch/NAME.compare.ts`: a node:test file that calls `engines()` once and runs the same
 * on both. `scripts/test-opensearch.mjs` runs all of them, one file after the other (they share the engines' indices; begin
 * with `clean`), starts the real engine and hands its address over. Without one, `engines()` answers undefined and has made
 * one skipped test that tells why: `const both = await engines(); if (both) test(…)`.
 * What the real engine answers is the truth. A difference that shall stay has a line in docs/COMPATIBILITY.md and an entry,
 * with its reason, in a table of the comparison; an entry that no longer differs fails.
 */
export interface Engine {
  readonly name: 'opensearch' | 'trailhound';
  readonly url: string;
  /** Sends JSON (bigint as the number it is); a string goes as it stands, as NDJSON when it ends in a newline. */
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<EngineAnswer>;
}

export interface EngineAnswer {
  readonly status: number;
  readonly text: string;
  /** Parsed where it is JSON. */
  readonly body: Json;
}

export interface Engines {
  readonly real: Engine;
  readonly ours: Engine;
}

export async function engines(): Promise<Engines | undefined> {
  const url = await realUrl();
  if (url === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'trailhound-compare-'));
  const program = await serve(['--data', join(folder, 'data')]);
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  after(async () => {
    agent.destroy();
    await program.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    real: realEngine(url, agent),
    ours: { name: 'trailhound', url: program.url, call: caller(program.url.replace(/\/$/, ''), agent) },
  };
}

/** The address of the real engine; undefined, and a skipped test that tells why, where there is none. */
export async function realUrl(): Promise<string | undefined> {
  const url = process.env.OPENSEARCH_URL;
  if (url !== undefined) return url.replace(/\/$/, '');
  const { test } = await import('node:test');
  test('a real OpenSearch', {
    skip: process.env.OPENSEARCH_ABSENT ?? 'run by `npm run test:opensearch` only',
  }, () => {});
  return undefined;
}

/** Calls the real engine alone. The caller ends the agent. */
export function realEngine(url: string, agent: Agent): Engine {
  return { name: 'opensearch', url, call: caller(url, agent) };
}

/** Deletes every index and template. */
export async function clean({ call }: Engine): Promise<void> {
  await call('DELETE', '/*?expand_wildcards=all');
  for (const kind of ['_index_template', '_component_template', '_template']) await call('DELETE', `/${kind}/*`);
}

/** The same, but for what a Trailhound keeps in the cluster: it goes on running. */
export async function cleanAround({ call }: Engine): Promise<void> {
  await call('DELETE', '/*,-.trailhound-*?expand_wildcards=all');
  for (const kind of ['_index_template', '_component_template', '_template']) {
    const { body } = await call('GET', `/${kind}`);
    const names: readonly string[] = body[`${kind.slice(1)}s`]?.map(({ name }: Json) => name) ?? Object.keys(body);
    for (const name of names)
      if (!/^trailhound-|^(index|component)_templates$/.test(name)) await call('DELETE', `/${kind}/${name}`);
  }
}

/**
 * JSON whose numbers keep how they were written (`1.0`, `1e2`, digits beyond 2^53): for bodies that are only sent on, by
 * `call`. Such a number is a marked string in between.
 */
export function readAsWritten(text: string): Json {
  const marked = text.replace(tokens, (token) =>
    token.startsWith('"') || String(Number(token)) === token ? token : `"\\u0000written:${token}"`,
  );
  return JSON.parse(marked);
}

const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A number of JSON in the digits given, for `call`: `written('1.0')`. */
export function written(digits: string): string {
  return `\u0000written:${digits}`;
}

/** JSON text; what `written` and `readAsWritten` marked is a number again. */
export function asWritten(body: unknown): string {
  return writeJson(body).replace(/"\\u0000written:([^"]*)"/g, '$1');
}

function caller(url: string, agent: Agent): Engine['call'] {
  return (method, path, body, headers = {}) =>
    new Promise((done, fail) => {
      const text = body === undefined ? undefined : typeof body === 'string' ? body : asWritten(body);
      const type = typeof body === 'string' && body.endsWith('\n') ? 'application/x-ndjson' : 'application/json';
      const sent = request(
        `${url}${path}`,
        { method, agent, headers: text === undefined ? headers : { 'content-type': type, ...headers } },
        (answer) => {
          let got = '';
          answer.setEncoding('utf8').on('data', (chunk: string) => (got += chunk));
          answer.on('error', fail).on('end', () => {
            const json = got !== '' && answer.headers['content-type']?.startsWith('application/json');
            done({ status: answer.statusCode ?? 0, text: got, body: json ? JSON.parse(got) : undefined });
          });
        },
      );
      sent.on('error', fail).end(text);
    });
}
