import { formatDuration } from "./durations.ts";

export interface AlertmanagerOptions {
  /** Where the hub is, as Alertmanager sees it. @default "http://crowsnest:9464" */
  readonly hubUrl?: string;
  /** What every waiting time is multiplied by; below 1 to be notified sooner. @default 1 */
  readonly waitScale?: number;
}

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;

/**
 * Alertmanager's configuration. It is written as text, as most of what it has to say to whoever sets it up stands in its comments.
 */
export function alertmanagerConfig({ hubUrl = "http://crowsnest:9464", waitScale = 1 }: AlertmanagerOptions = {}): string {
  const wait = (seconds: number) => formatDuration(seconds * waitScale);
  const hub = `webhook_configs:
      # The hub keeps every alert as an event, beside what the agents did at the time.
      - url: ${hubUrl.replace(/\/+$/, "")}/hooks/alertmanager
        # Where the hub has a token:
        # http_config: { authorization: { credentials_file: /etc/alertmanager/crowsnest-token } }`;
  return `# Made by \`npm run generate\` from src/monitoring/alertmanager.ts; \`crowsnest assets\` writes it for another hub.
# Receivers are yours to fill in: take out the # before one of the examples, and check the result with \`amtool check-config\`.

# For e-mail, and then \`email_configs\` below:
# global:
#   smtp_smarthost: smtp.example.org:587
#   smtp_from: crowsnest@example.org
#   smtp_auth_username: crowsnest
#   smtp_auth_password_file: /etc/alertmanager/smtp-password

route:
  # One notification for a service, however many of its agents are in trouble.
  group_by: [service]
  group_wait: ${wait(30)}
  group_interval: ${wait(5 * MINUTE_SECONDS)}
  repeat_interval: ${wait(12 * HOUR_SECONDS)}
  receiver: info
  routes:
    - matchers: [severity = "critical"]
      receiver: critical
      group_wait: ${wait(10)}
      repeat_interval: ${wait(4 * HOUR_SECONDS)}
    - matchers: [severity = "warning"]
      receiver: warning

receivers:
  # Somebody has to get up.
  - name: critical
    ${hub}
    # pagerduty_configs:
    #   - routing_key_file: /etc/alertmanager/pagerduty-key
    #     description: '{{ .CommonAnnotations.summary }}'
    #     links: [{ href: '{{ .CommonAnnotations.runbook_url }}', text: Runbook }]

  # Somebody has to look today.
  - name: warning
    ${hub}
    # slack_configs:
    #   - api_url_file: /etc/alertmanager/slack-url
    #     channel: '#agents'
    #     send_resolved: true
    #     title: '{{ .Status | toUpper }} {{ .GroupLabels.service }}'
    #     text: '{{ range .Alerts }}{{ .Annotations.summary }}: {{ .Annotations.description }} {{ .Annotations.runbook_url }}{{ "\\n" }}{{ end }}'
    # email_configs:
    #   - to: agents@example.org
    #     send_resolved: true

  # Good to know: shown where the hub's events are shown, and sent nowhere else.
  - name: info
    ${hub}

inhibit_rules:
  # Without Crowsnest nothing is known of the fleet, so nothing else is worth a word. A label \`cluster\`, where you have one, keeps
  # the hub of one cluster from silencing the others.
  - source_matchers: [alertname = "CrowsnestDown"]
    target_matchers: [alertname =~ "(Agent|Crowsnest).+", alertname != "CrowsnestDown"]
    equal: [cluster]

  # Who was told that it is bad need not be told that it is not good.
  - source_matchers: [severity = "critical"]
    target_matchers: [severity =~ "warning|info"]
    equal: [cluster, alertname, service, instance]
  - source_matchers: [alertname = "AgentBudgetExceeded"]
    target_matchers: [alertname = "AgentBudgetNearlySpent"]
    equal: [cluster, service, scope]

  # One burn of an error budget notifies once: the fastest pair of windows that sees it speaks for the slower ones.
  - source_matchers: [alertname = "AgentTaskErrorBudgetBurn", long_window = "1h"]
    target_matchers: [alertname = "AgentTaskErrorBudgetBurn", long_window =~ "6h|1d|3d"]
    equal: [cluster, service]
  - source_matchers: [alertname = "AgentTaskErrorBudgetBurn", long_window = "6h"]
    target_matchers: [alertname = "AgentTaskErrorBudgetBurn", long_window =~ "1d|3d"]
    equal: [cluster, service]
  - source_matchers: [alertname = "AgentTaskErrorBudgetBurn", long_window = "1d"]
    target_matchers: [alertname = "AgentTaskErrorBudgetBurn", long_window = "3d"]
    equal: [cluster, service]
`;
}
