import { z } from "zod";
import { MAX_NAME_CHARS } from "../events/fields.ts";
import { issueText } from "../events/issue-text.ts";
import type { AgentEvent, EventAttributes, EventData } from "../events/types.ts";
import { RequestError } from "./ingest/request-error.ts";

/** The only version of its webhook's message that Alertmanager has ever sent. */
const VERSION = "4";
/** Under which name alerts are kept: it is Alertmanager that tells them, not the service that they are about. */
const SOURCE = "alertmanager";
/** Most labels of an alert that are kept, and longest value; events hold 64 attributes of 4,096 characters. */
const MAX_LABELS = 60;
const MAX_LABEL_CHARS = 1_000;
const MAX_ANNOTATION_CHARS = 4_000;

const texts = z.record(z.string(), z.string());
const time = z.iso.datetime({ offset: true, local: false });
const alertSchema = z.looseObject({
  status: z.enum(["firing", "resolved"]),
  labels: texts.refine((labels) => (labels.alertname ?? "") !== "", { error: "has no alertname" }),
  annotations: texts.default({}),
  startsAt: time,
  /** The year 1 as long as the alert fires. */
  endsAt: time.optional(),
  fingerprint: z
    .string()
    .min(1)
    .max(MAX_NAME_CHARS / 2),
});
/** https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
const notificationSchema = z.looseObject({ version: z.literal(VERSION), alerts: z.array(alertSchema).min(1) });

type Alert = z.output<typeof alertSchema>;

/**
 * Reads the body of Alertmanager's webhook. The id of each event is made of what the alert is, when it began and whether it is
 * over, so that the reminders which Alertmanager sends every few hours are recognised as known.
 *
 * @throws RequestError with a sentence for whoever set it up
 */
export function readNotification(body: unknown): AgentEvent[] {
  const version = typeof body === "object" && body !== null ? (body as { version?: unknown }).version : undefined;
  if (version !== VERSION) {
    const found = version === undefined ? "has no version" : `is of version ${JSON.stringify(version)}`;
    throw new RequestError(400, `the body ${found}, but has to be Alertmanager's webhook message of version "${VERSION}"`);
  }
  const { data, error } = notificationSchema.safeParse(body, { error: issueText });
  if (data !== undefined) return data.alerts.map(eventOf);
  const problems = error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new RequestError(400, `the body is not Alertmanager's webhook message: ${problems.slice(0, 5).join("; ")}`);
}

function eventOf(alert: Alert): AgentEvent {
  const { status, labels, annotations, fingerprint } = alert;
  const startsAtUnixMillis = Date.parse(alert.startsAt);
  const agent = clip(labels.agent ?? "", MAX_NAME_CHARS);
  const severity = severityOf(labels.severity);
  return {
    id: `${SOURCE}/${fingerprint}/${startsAtUnixMillis}/${status}`,
    type: status === "firing" ? "alert_fired" : "alert_resolved",
    timeUnixMillis: status === "firing" ? startsAtUnixMillis : endOf(alert),
    source: SOURCE,
    ...(agent === "" ? {} : { agent }),
    attributes: attributesOf(labels, annotations),
    data: {
      alert: clip(labels.alertname ?? "", MAX_NAME_CHARS),
      ...(severity === undefined ? {} : { severity }),
      ...(annotations.summary === undefined ? {} : { summary: annotations.summary }),
      fingerprint,
      startsAtUnixMillis,
    },
  };
}

function endOf({ startsAt, endsAt }: Alert): number {
  const endMillis = endsAt === undefined ? Number.NaN : Date.parse(endsAt);
  return endMillis > Date.parse(startsAt) ? endMillis : Date.now();
}

/** Other names of severities say nothing that we know, and stay among the attributes. */
function severityOf(label: string | undefined): EventData<"alert_fired">["severity"] {
  return label === "critical" || label === "warning" || label === "info" ? label : undefined;
}

/** Labels by their own names, and what helps whoever looks at the alert. */
function attributesOf(labels: Alert["labels"], annotations: Alert["annotations"]): EventAttributes {
  const kept = Object.entries(labels)
    .filter(([name]) => name.length <= MAX_NAME_CHARS)
    .slice(0, MAX_LABELS)
    .map(([name, value]) => [name, clip(value, MAX_LABEL_CHARS)]);
  const help = ["description", "runbook_url"].flatMap((name) => {
    const value = annotations[name];
    return value === undefined ? [] : [[name, clip(value, MAX_ANNOTATION_CHARS)]];
  });
  return Object.fromEntries([...help, ...kept]);
}

/** Half a character at the cut would be text that not every store takes. */
function clip(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : text.slice(0, maxChars).replace(/[\ud800-\udbff]$/, "");
}
