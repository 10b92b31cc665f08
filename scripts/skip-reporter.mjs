// A reporter for node's test runner that lists the skipped tests, one a line, with their reasons.
export default async function* skips(source) {
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const { skip, name, file } = event.data;
    if (skip !== undefined && skip !== false)
      yield `${file ?? ''} ${name}: ${typeof skip === 'string' ? skip : 'no reason given'}\n`;
  }
}
