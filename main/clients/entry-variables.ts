/**
 * Text of an entry without the client's own variables. The home folder and the path separator are the same here; any
 * other (`${workspaceFolder}`, `${env:TOKEN}`, `${input:id}`) is known to the client alone: undefined then.
 */
export function withoutVariables(text: string, homeDirectory: string): string | undefined {
  const filled = text
    .replaceAll('${userHome}', () => homeDirectory)
    .replaceAll(/\$\{(?:pathSeparator|\/)\}/g, () => (/^[A-Za-z]:/.test(homeDirectory) ? '\\' : '/'));
  return /\$\{(?:env|input|command|config|workspace\w*)\b/.test(filled) ? undefined : filled;
}
