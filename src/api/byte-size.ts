/** Sizes as people read them (`3.4kb`), or as numbers of the unit that `bytes` names. */
export function byteSize(bytes: number, unit: string | undefined): string | number {
  const units = ['b', 'kb', 'mb', 'gb', 'tb'];
  const fixed = unit === undefined ? -1 : units.findIndex((name) => name === unit || name[0] === unit);
  if (fixed >= 0) return Math.floor(bytes / 1024 ** fixed);
  const power = Math.min(4, bytes < 1024 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${Math.round((bytes / 1024 ** power) * 10) / 10}${units[power]}`;
}
