import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parseSync, type StringLiteral, Visitor } from "oxc-parser";

/** One import, export-from, `import()` or `import("…").Type` of a source file. */
export interface Import {
  /** The importing file, relative to the folder that was read. */
  readonly from: string;
  /** A file relative to the same folder, or a package's specifier. */
  readonly to: string;
  readonly isPackage: boolean;
  /** `value` is loaded with its importer, `lazy` when `import()` runs, `type` never. */
  readonly kind: "value" | "type" | "lazy";
  readonly line: number;
}

/** Every import of every TypeScript file below a folder. Throws where a file cannot be parsed. */
export function readImports(folder: string): Import[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path))
    .sort()
    .flatMap((path) => importsOf(path, readFileSync(join(folder, path), "utf8")));
}

function importsOf(from: string, source: string): Import[] {
  const { program, errors } = parseSync(from, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${from} cannot be parsed: ${error.message}`);
  const imports: Import[] = [];
  const add = (literal: StringLiteral, kind: Import["kind"]): void => {
    const isPackage = !literal.value.startsWith(".");
    const to = isPackage ? literal.value : posix.join(posix.dirname(from), literal.value);
    imports.push({ from, to, isPackage, kind, line: source.slice(0, literal.start).split("\n").length });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source, node.importKind === "type" ? "type" : "value"),
    ExportAllDeclaration: (node) => add(node.source, node.exportKind === "type" ? "type" : "value"),
    ExportNamedDeclaration: (node) => {
      if (node.source !== null) add(node.source, node.exportKind === "type" ? "type" : "value");
    },
    ImportExpression: (node) => {
      if (node.source.type === "Literal" && typeof node.source.value === "string") add(node.source, "lazy");
    },
    TSImportType: (node) => add(node.source, "type"),
  }).visit(program);
  return imports;
}
