/** Numbers in a pattern of Java's DecimalFormat (`0.00`, `#,##0.#`, `$0.00`, `0%`), rounded to even as there. */
export function decimalFormat(pattern: string): (value: number | bigint) => string {
  const [, before = '', digits = '', exponent, after = ''] = /^([^#0.,]*)([#0.,]*)(E0+)?(.*)$/s.exec(pattern) ?? [];
  const prefix = plain(before);
  const suffix = plain(after);
  const [whole = '', fraction] = digits.split('.');
  const percent = before.includes('%') || after.includes('%') ? 2 : 0;
  const rules: Rules = {
    least: whole.replaceAll(/[#,]/g, '').length,
    fractionLeast: (fraction ?? '').replaceAll('#', '').length,
    fractionMost: (fraction ?? '').length,
    group: whole.includes(',') ? whole.length - whole.lastIndexOf(',') - 1 : 0,
  };
  return (value) => {
    const number = typeof value === 'bigint' ? value : value * 10 ** percent;
    const negative = number < 0 || Object.is(number, -0);
    const text =
      exponent === undefined ? fixed(number, rules) : scientific(Math.abs(Number(number)), rules, exponent.length - 1);
    return `${negative ? '-' : ''}${prefix}${text}${suffix}`;
  };
}

interface Rules {
  readonly least: number;
  readonly fractionLeast: number;
  readonly fractionMost: number;
  /** Digits of a group; 0 for none. */
  readonly group: number;
}

function plain(text: string): string {
  return text.replaceAll(/'([^']*)'/g, (_, quoted: string) => quoted || "'");
}

function fixed(value: number | bigint, { least, fractionLeast, fractionMost, group }: Rules): string {
  const [whole = '0', fraction = ''] = rounded(value, fractionMost).split('.');
  const padded = (whole === '0' && least === 0 && fraction !== '' ? '' : whole).padStart(least, '0');
  const grouped = group > 0 ? padded.replaceAll(new RegExp(`\\B(?=(?:\\d{${group}})+$)`, 'g'), ',') : padded;
  const kept = fraction.replace(/0+$/, '').padEnd(fractionLeast, '0');
  return kept === '' ? grouped || '0' : `${grouped}.${kept}`;
}

/** The digits of a value without its sign, with so many decimals: ties go to the even digit, as the exact double stands. */
function rounded(value: number | bigint, decimals: number): string {
  if (typeof value === 'bigint') return String(value < 0n ? -value : value);
  const size = Math.abs(value);
  if (!Number.isFinite(size)) return '∞';
  if (size >= 1e21) return String(BigInt(size));
  const text = size.toFixed(Math.min(decimals, 100));
  const scaled = size * 10 ** decimals;
  const tie = decimals < 16 && scaled % 1 === 0.5 && scaled / 10 ** decimals === size;
  return tie && Math.floor(scaled) % 2 === 0 ? (Math.floor(scaled) / 10 ** decimals).toFixed(decimals) : text;
}

function scientific(size: number, rules: Rules, digits: number): string {
  const [mantissa = '0', exponent = '0'] = size.toExponential(Math.min(rules.fractionMost, 100)).split('e');
  const power = Number(exponent);
  const shown = String(Math.abs(power)).padStart(digits, '0');
  return `${fixed(Number(mantissa), rules)}E${power < 0 ? '-' : ''}${shown}`;
}
