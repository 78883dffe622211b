/** Who asks, as far as a limit goes: `command line, process 12` and `command line, process 13` are one, because each question may have a process of its own. */
export const kindOf = (asker: string): string => asker.split(',', 1)[0] ?? asker;
