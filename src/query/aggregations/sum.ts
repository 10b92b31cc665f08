/** Adds doubles with compensation (Kahan), as OpenSearch does: the order of documents hardly matters. */
export interface Sum {
  add(value: number): void;
  total(): number;
}

export function makeSum(): Sum {
  let total = 0;
  let lost = 0;
  return {
    add(value) {
      if (!Number.isFinite(value)) {
        total += value;
        return;
      }
      const corrected = value - lost;
      const next = total + corrected;
      lost = next - total - corrected;
      total = next;
    },
    total: () => total,
  };
}
