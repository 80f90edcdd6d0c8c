import type { Scripts } from "./scripted-model.ts";

/** One start of Claude Code in print mode. */
export interface Start {
  readonly prompt: string;
  /** Goes on with the session of the start before. */
  readonly resumes?: boolean;
}

export interface Scenario {
  readonly protocol: "http/json" | "http/protobuf";
  readonly starts: readonly Start[];
}

/** What is recorded, a file each. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  team: { protocol: "http/json", starts: [{ prompt: "RECORD the team" }, { prompt: "/compact", resumes: true }] },
  refused: { protocol: "http/json", starts: [{ prompt: "RECORD what is refused" }] },
  protobuf: { protocol: "http/protobuf", starts: [{ prompt: "RECORD a little" }] },
};

const bash = (command: string) => ({ name: "Bash", input: { command, description: "A step" } });
const agent = (subagent_type: string, prompt: string, run_in_background: boolean) => ({
  name: "Agent",
  input: { description: "A part of it", subagent_type, prompt, run_in_background },
});

/** Tools that work and fail, tasks, subagents before the eyes and behind the back, one that is asked again, a request nobody allows. */
export const scripts: Scripts = {
  "RECORD the team": [
    { tools: [bash("echo hello")] },
    { tools: [{ name: "Read", input: { file_path: "/nowhere/missing.txt" } }, bash("exit 3")] },
    { tools: [{ name: "TaskCreate", input: { subject: "Write it down", description: "In a file", activeForm: "Writing" } }] },
    { tools: [{ name: "TaskUpdate", input: { taskId: "1", status: "in_progress" } }] },
    { tools: [{ name: "Write", input: { file_path: "notes.txt", content: "one\ntwo\n" } }] },
    { tools: [{ name: "TaskUpdate", input: { taskId: "1", status: "completed" } }] },
    { tools: [agent("scribe", "RECORD the scribe", false)] },
    { tools: [{ name: "SendMessage", input: { to: "$AGENT", summary: "once more please", message: "RECORD it again" } }] },
    { tools: [agent("Explore", "RECORD the explorer", true), bash("sleep 1")] },
    { tools: [{ name: "WebFetch", input: { url: "http://127.0.0.1:9/", prompt: "x" } }] },
    { text: "All done." },
  ],
  "RECORD the scribe": [{ tools: [bash("ls")] }, { text: "Written." }],
  "RECORD it again": [{ tools: [bash("ls -l")] }, { text: "Written again." }],
  "RECORD the explorer": [{ tools: [bash("pwd")] }, { text: "Nothing here." }],
  "RECORD what is refused": [{ status: 400, message: "this is refused" }],
  "RECORD a little": [{ tools: [bash("echo hello")] }, { text: "Done." }],
};
