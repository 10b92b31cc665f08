/** Compiles a Perl-compatible expression; answers what is wrong with it as text. */
export function compilePcre(_pattern: string): ((text: string) => boolean | 'too-hard') | string {
  return 'is not supported';
}
