/** Most names whose verdict is remembered; after that it begins anew. */
const MAX_REMEMBERED = 5_000;

/** A judge of names that looks at each of them once: programs use the same few again and again. */
export function remembered(judge: (name: string) => boolean): (name: string) => boolean {
  const verdicts = new Map<string, boolean>();
  return (name) => {
    let verdict = verdicts.get(name);
    if (verdict === undefined) {
      verdict = judge(name);
      if (verdicts.size >= MAX_REMEMBERED) verdicts.clear();
      verdicts.set(name, verdict);
    }
    return verdict;
  };
}
