import { parse } from 'yaml';
import { z } from 'zod';
import { reasonOf } from '../base/errors.ts';
import type { Parsed, Problem } from '../base/problem.ts';
import type { Attack, Play, Step } from './attack.ts';

const texts = z.record(z.string(), z.string());
const services = ['s3', 'api', 'invoke', 'cloudtrail', 'deploy', 'delete'] as const;

const stepSchema = z
  .strictObject({
    as: z.enum(['admin', 'analyst', 'stranger', 'anonymous']).default('admin'),
    s3: z.string().optional(),
    api: z.string().optional(),
    invoke: z.string().optional(),
    cloudtrail: z.string().optional(),
    deploy: z.string().optional(),
    delete: z.string().optional(),
    headers: texts.default({}),
    body: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
    save: texts.default({}),
    expect: z.int().optional(),
  })
  .refine(
    (step) => services.filter((name) => step[name] !== undefined).length === 1,
    `needs exactly one of ${services.join(', ')}`,
  );

const steps = z.array(stepSchema);
const twinSchema = z.strictObject({
  title: z.string(),
  warmUp: steps.optional(),
  detonate: steps,
  revert: steps.optional(),
  fires: z.array(z.string()).default([]),
  note: z.string().optional(),
});
const attackSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  title: z.string(),
  technique: z.string().regex(/^T\d{4}(\.\d{3})?$/),
  warmUp: steps.default([]),
  detonate: steps,
  revert: steps.default([]),
  fires: z.array(z.string()).default([]),
  note: z.string().optional(),
  twin: twinSchema.optional(),
});

/** Reads a list of attacks in YAML. One that is wrong is a problem, with its path, and left out. A twin shares what it does not say. */
export function readAttacks(source: string, place: string): Parsed<readonly Attack[]> {
  let list: unknown;
  try {
    list = parse(source);
  } catch (error) {
    return { value: [], problems: [{ place, message: `is no YAML: ${reasonOf(error)}` }] };
  }
  if (!Array.isArray(list)) return { value: [], problems: [{ place, message: 'is no list of attacks' }] };
  const problems: Problem[] = [];
  const value = list.flatMap((each, index) => {
    const checked = attackSchema.safeParse(each);
    if (checked.success) return [attackOf(checked.data)];
    for (const issue of checked.error.issues) {
      problems.push({ place, path: [`[${index}]`, ...issue.path.map(String)].join('.'), message: issue.message });
    }
    return [];
  });
  return { value, problems };
}

function attackOf(read: z.infer<typeof attackSchema>): Attack {
  const own: Play = {
    title: read.title,
    warmUp: read.warmUp.map(stepOf),
    detonate: read.detonate.map(stepOf),
    revert: read.revert.map(stepOf),
    fires: read.fires,
    note: read.note,
  };
  const twin = read.twin && {
    title: read.twin.title,
    warmUp: read.twin.warmUp?.map(stepOf) ?? own.warmUp,
    detonate: read.twin.detonate.map(stepOf),
    revert: read.twin.revert?.map(stepOf) ?? own.revert,
    fires: read.twin.fires,
    note: read.twin.note,
  };
  return { ...own, id: read.id, technique: read.technique, twin };
}

function stepOf(read: z.infer<typeof stepSchema>): Step {
  const service = services.find((name) => read[name] !== undefined) ?? 's3';
  const { as, headers, body, save, expect } = read;
  return { as, service, call: read[service] ?? '', headers, body, save, expect };
}
