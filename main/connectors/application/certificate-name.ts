/** A certificate's subject as .NET writes it (`CN="Figma, Inc.", O="Figma, Inc.", C=US`), taken apart strictly. Pure. */

/** Name and value of each part, in order; undefined for any text that has another form. */
export function certificateName(subject: string): readonly (readonly [string, string])[] | undefined {
  const parts: (readonly [string, string])[] = [];
  let rest = subject;
  while (rest !== '') {
    const found = /^([A-Za-z][A-Za-z0-9]*|\d+(?:\.\d+)+)=(?:"((?:[^"]|"")*)"|([^",+]*))(?:, |$)/.exec(rest);
    if (found === null) return undefined;
    const [whole, name = '', quoted, plain = ''] = found;
    parts.push([name, quoted?.replaceAll('""', '"') ?? plain]);
    rest = rest.slice(whole.length);
  }
  return parts.length === 0 ? undefined : parts;
}

/** Whether CN and O are there once each and both are exactly this name. */
export function isNamed(subject: string, name: string): boolean {
  const parts = certificateName(subject);
  if (parts === undefined) return false;
  return ['CN', 'O'].every((wanted) => {
    const values = parts.filter(([key]) => key === wanted);
    return values.length === 1 && values[0]?.[1] === name;
  });
}
