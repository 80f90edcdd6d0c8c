/** @throws TypeError where an adapter's first argument is not the thin layer */
export function checkFace(crowsnest: { readonly begin?: unknown } | undefined): void {
  if (typeof crowsnest?.begin !== "function") throw new TypeError("the first argument has to be what createCrowsnest gives");
}

/** What each option of an adapter takes. */
export type OptionTypes<Options> = { readonly [Name in keyof Required<Options>]: "function" | "string" };

/** @throws TypeError where an option is unknown or of the wrong type, naming it */
export function checkTypes<Options extends object>(options: Options, types: OptionTypes<Options>): void {
  for (const [name, value] of Object.entries(options)) {
    const type = Object.hasOwn(types, name) ? types[name as keyof Options] : undefined;
    if (type === undefined) throw new TypeError(`${name} is not an option; there are ${Object.keys(types).join(", ")}`);
    if (value === undefined) continue;
    const given: string = typeof value;
    if (given !== type) throw new TypeError(`${name} takes a ${type}, but is ${given}`);
    if (value === "") throw new TypeError(`${name} takes a name, but is empty`);
  }
}
