/** Hands the browser a JSON file to save. */
export function saveJson(name: string, value: unknown): void {
  const file = new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: 'application/json' });
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name.replace(/[^\w.-]+/g, '-').slice(0, 100) || 'monitor'}.json`;
  link.click();
  URL.revokeObjectURL(address);
}
