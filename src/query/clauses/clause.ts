export interface Placeholder {
  readonly kind: string;
}
