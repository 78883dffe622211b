/**
 * Who asks, as far as a limit goes. `command line, process 12` and `command line, process 13` are one: a program can be started
 * anew for each question. So is whatever speaks to the companion as a program does: both have a shell of this person.
 */
export function kindOf(asker: string): string {
  const kind = asker.split(',', 1)[0] ?? asker;
  return kind === 'program' ? 'command line' : kind;
}
