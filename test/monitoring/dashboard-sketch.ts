import type { DashboardJson, PanelJson } from "./dashboard-json.ts";

/** Characters for one column of Grafana's 24, which makes a sketch 120 wide. */
const COLUMN_CHARS = 5;

/**
 * A dashboard as a drawing of lines, to see what was made where there is no Grafana: a box for each panel with its kind and title,
 * and a heading for each row. Lines that only repeat the one above are left out, so heights are not to scale.
 */
export function sketch({ title, panels }: DashboardJson): string {
  const height = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h));
  const canvas = Array.from({ length: height + 1 }, () => Array<string>(24 * COLUMN_CHARS).fill(" "));
  for (const panel of panels) (panel.type === "row" ? drawHeading : drawBox)(canvas, panel);
  const lines = canvas.map((line) => line.join("").trimEnd());
  return [title, "", ...lines.filter((line, index) => line !== lines[index - 1] || line === "")].join("\n").trimEnd();
}

function drawHeading(canvas: string[][], { title, gridPos }: PanelJson): void {
  write(canvas, gridPos.y, 0, `▾ ${title}`);
}

function drawBox(canvas: string[][], { title, type, gridPos: { x, y, w, h } }: PanelJson): void {
  const left = x * COLUMN_CHARS;
  const inside = w * COLUMN_CHARS - 3;
  write(canvas, y, left, `┌${"─".repeat(inside)}┐`);
  for (let line = y + 1; line < y + h - 1; line++) write(canvas, line, left, `│${" ".repeat(inside)}│`);
  write(canvas, y + h - 1, left, `└${"─".repeat(inside)}┘`);
  write(canvas, y + 1, left + 2, clip(title, inside - 2));
  write(canvas, y + 2, left + 2, clip(`(${type})`, inside - 2));
}

function write(canvas: string[][], line: number, from: number, text: string): void {
  const row = canvas[line];
  if (row === undefined) return;
  for (const [index, char] of [...text].entries()) row[from + index] = char;
}

function clip(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars - 1)}…`;
}
