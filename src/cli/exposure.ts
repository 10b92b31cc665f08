import { readFileSync } from 'node:fs';
import { Option } from 'commander';
import { reasonOf, TrailhoundError } from '../base/errors.ts';
import { printable } from '../base/problem.ts';
import { type Exposure, type ExposureKind, exposureKinds } from '../exposure/exposure.ts';
import { judge } from '../exposure/judge.ts';
import type { RegisterCommand, Terminal } from './command.ts';
import { jsonLine } from './json-line.ts';

/** `trailhound exposure --kind s3 [FILE|-]`: is this policy, ACL, block, API or function public, to whom, and why. */
export const exposureCommand: RegisterCommand = (program, terminal) => {
  program
    .command('exposure')
    .description(
      'tell whether a policy, an ACL, a public access block, an API or a function is public, to whom, and why',
    )
    .argument('[file]', 'one JSON document, pretty-printed or not, or one a line; - or nothing for standard input', '-')
    .addOption(new Option('--kind <kind>', 'what the document is').choices([...exposureKinds]).makeOptionMandatory())
    .option('--json', 'print one JSON value a line')
    .action(async (file: string, flags: { kind: ExposureKind; json?: boolean }) => {
      const documents = split(file === '-' ? await readAll(terminal) : readText(file));
      for (const document of documents) {
        const answer = judge(document, flags.kind);
        terminal.print(flags.json ? jsonLine(answer) : describe(answer));
      }
    });
};

/**
 * One document, or one a line. JSON that does not parse whole but whose first line does is taken as lines; a line that is
 * none is judged too (as `unknown`), so that answers and lines go together. Nothing at all is one empty document.
 */
export function split(text: string): readonly unknown[] {
  const whole = parse(text);
  if (whole.ok || text.trim() === '') return [whole.ok ? whole.value : ''];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 1 || !lines.some((line) => isRecordLike(parse(line)))) return [text];
  return lines.map((line) => {
    const parsed = parse(line);
    return parsed.ok ? parsed.value : line;
  });
}

function isRecordLike(parsed: ReturnType<typeof parse>): boolean {
  return parsed.ok && ((typeof parsed.value === 'object' && parsed.value !== null) || typeof parsed.value === 'string');
}

function parse(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new TrailhoundError('bad-request', `cannot read ${path}: ${reasonOf(error)}`);
  }
}

async function readAll(terminal: Terminal): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of terminal.input()) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function describe({ verdict, anonymous, sentence }: Exposure): string {
  const unsigned = anonymous === null ? 'not told' : anonymous ? 'yes' : 'no';
  return printable(`${verdict} (without credentials: ${unsigned}): ${sentence}`);
}
