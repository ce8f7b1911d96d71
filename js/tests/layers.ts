// The order of the wings, as Biome's rules keep it too; this walk finds circles besides.

/** What a wing may import beside itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  runtime: ["core"],
  component: ["core", "runtime"],
  view: ["core", "component"],
  hosts: ["core", "runtime", "component", "view"],
};
/** Files of hosts/ that every host may use. */
const SHARED = ["hosts/outputs.ts", "hosts/heard.ts"];

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]*)"/g;

/**
 * What is wrong with the imports of `sources`, a sentence each that names two files.
 * @param sources texts by path below js/src, e.g. "core/types.ts"
 */
export function findFaults(sources: ReadonlyMap<string, string>): string[] {
  const imports = new Map(
    [...sources].map(([file, text]) => [file, importsOf(file, text, sources)] as const),
  );
  const arrows = [...imports].flatMap(([from, all]) => all.map((to) => [from, to] as const));
  return [
    ...arrows.map(([from, to]) => faultOf(from, to)).filter((fault) => fault !== ""),
    ...findCircles(imports),
  ];
}

function importsOf(file: string, text: string, known: ReadonlyMap<string, string>): string[] {
  const found = [...text.matchAll(IMPORT)].map(([, path]) =>
    new URL(path!, `file:///js/src/${file}`).pathname.replace("/js/src/", ""),
  );
  return found.map((path) => (known.has(`${path}.ts`) ? `${path}.ts` : path));
}

function faultOf(from: string, to: string): string {
  const [wing, target] = [from.split("/")[0]!, to.split("/")[0]!];
  const line = `js/src/${from} imports ${to.startsWith("/") ? to.slice(1) : `js/src/${to}`}`;
  const allowed = MAY_IMPORT[wing];
  if (allowed === undefined) return `${line}, but it lies in no wing of js/src.`;
  if (to.startsWith("/js/tests/")) return `${line}: what is shipped imports no test.`;
  if (wing === "hosts" && target === "hosts") {
    const apart = hostOf(from) !== hostOf(to) && ![from, to].some((file) => SHARED.includes(file));
    return apart ? `${line}: hosts never import each other.` : "";
  }
  if (to.startsWith("/") || wing === target || allowed.includes(target)) return "";
  const words = allowed.length === 0 ? "nothing but itself" : `only ${allowed.join(", ")}`;
  return `${line}: ${wing} imports ${words}.`;
}

/** Two files of one host's folder, or one file, have the same. */
function hostOf(file: string): string {
  return file.split("/")[1]!.replace(".ts", "");
}

function findCircles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const faults: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    const start = way.indexOf(file);
    if (start !== -1) {
      const circle = [...way.slice(start), file].map((name) => `js/src/${name}`);
      faults.push(`${circle[0]} and ${circle.at(-2)} import each other: ${circle.join(" → ")}.`);
    } else if (!done.has(file)) {
      for (const next of imports.get(file) ?? []) visit(next, [...way, file]);
      done.add(file);
    }
  };
  for (const file of imports.keys()) visit(file, []);
  return faults;
}
