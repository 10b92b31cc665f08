// A reporter for node's test runner that lists the skipped tests with their reasons, and the counts; one JSON object a line.
export default async function* counts(source) {
  const counted = {};
  for await (const event of source) {
    if (event.type === 'test:diagnostic') {
      const [, name, number] = /^(tests|pass|fail|skipped) (\d+)$/.exec(event.data.message) ?? [];
      if (name !== undefined && event.data.nesting === 0) counted[name] = Number(number);
    }
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { skip, name, file } = event.data;
    if (skip !== undefined && skip !== false) {
      const reason = typeof skip === 'string' ? skip : 'no reason given';
      yield `${JSON.stringify({ skipped: [`${file ?? ''} ${name}: ${reason}`] })}\n`;
    }
  }
  yield `${JSON.stringify({ counts: counted })}\n`;
}
