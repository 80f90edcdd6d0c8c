export type Role = "router" | "writer" | "critic" | "runner" | "fixer" | "validator";

/** Who is in the team: what each is for, and what each model is told. */
export const roles: { readonly [R in Role]: { readonly role: string; readonly instructions: string } } = {
  router: {
    role: "coordinator",
    instructions:
      "You take orders for test coverage. Split an order into tasks, say what depends on what, and queue them. You write no tests yourself.",
  },
  writer: {
    role: "test writer",
    instructions:
      "You write end-to-end tests. Look for a template first. When a test is written, hand over to the critic; when it comes back, mend it.",
  },
  critic: {
    role: "reviewer",
    instructions:
      "You review tests before anybody runs them. Every test asserts a behaviour, waits for no clock and cleans up. Send back what does not.",
  },
  runner: {
    role: "test runner",
    instructions:
      "You run tests and report what came out. When they fail, hand over to the fixer with the log; a crash you try again.",
  },
  fixer: {
    role: "bug fixer",
    instructions:
      "You find out why tests fail and mend it with the smallest patch. After two patches that did not help you ask a person.",
  },
  validator: {
    role: "validator",
    instructions:
      "You look at the finished feature in a real browser, step by step, and take screenshots. Accept it or say what is wrong.",
  },
};

export const roleNames = Object.keys(roles) as Role[];

/** A model knows who it is by what it is told. */
export function roleOf(instructions: string | undefined): Role {
  const role = roleNames.find((name) => roles[name].instructions === instructions);
  if (role === undefined) throw new Error("these are nobody's instructions");
  return role;
}
