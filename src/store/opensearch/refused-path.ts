/**
 * The dotted path of the field that a document was refused for, read from OpenSearch's words: `reason` and that of `caused_by`.
 * undefined where they name none (too many fields, a nesting too deep) or only a key without its path.
 */
export function refusedPath(reason: string, causedBy = ''): string | undefined {
  for (const text of [reason, causedBy]) {
    for (const pattern of patterns) {
      const path = pattern.exec(text)?.[1];
      if (path !== undefined && path !== '' && path !== '_doc') return path;
    }
  }
  return undefined;
}

/** Observed on 2.19.4. A path may hold any character but for `]` with what follows it there. */
const patterns: readonly RegExp[] = [
  /^failed to parse field \[(.+?)\] of type \[/s,
  /^object mapping for \[(.+?)\] tried to parse field \[/s,
  /^object mapping \[(.+?)\] can't be changed from/s,
  /^Could not dynamically add mapping for field \[(.+?)\]\. Existing mapping for/s,
  /^mapper \[(.+?)\] cannot be changed from type/s,
  /^can't merge a non object mapping \[(.+?)\] with an object mapping/s,
  /^Document contains at least one immense term in field="(.+?)" /s,
  /^Cannot add a value for field \[(.+?)\] since one of the intermediate objects is mapped as a nested object/s,
  /^mapping set to strict, dynamic introduction of \[.+?\] within \[(.+?)\] is not allowed/s,
  /^object field cannot contain only whitespace: \['(.+?)'\]/s,
  /^failed to parse flat_object field \[(.+?)\]/s,
];
