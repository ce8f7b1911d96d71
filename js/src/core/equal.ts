// Whether two values that JSON could hold are the same, whatever objects they are.

export function isEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object") return false;
  if (one === null || other === null || Array.isArray(one) !== Array.isArray(other)) return false;
  const [mine, its] = [one, other] as Readonly<Record<string, unknown>>[];
  const names = Object.keys(mine!);
  return (
    names.length === Object.keys(its!).length &&
    names.every((name) => Object.hasOwn(its!, name) && isEqual(mine![name], its![name]))
  );
}
