import express, { type Express, type NextFunction, type Request, type RequestHandler, type Response } from "express";
import type { Config } from "../config.ts";
import type { Observed } from "../health/observed.ts";
import type { ClaudeCode } from "../integrations/claude-code/claude-code.ts";
import { createAccessGuard } from "./access-guard.ts";
import { createAlertmanagerHook } from "./alertmanager-hook.ts";
import { createClaudeCodeHook, type HookIntake } from "./claude-code-hook.ts";
import { createHostGuard } from "./host-guard.ts";
import { createEventsRouter, type EventsIntake } from "./ingest/events-router.ts";
import { createMethodGuard } from "./method-guard.ts";
import { createObserveRouter } from "./observe-router.ts";
import { refuse } from "./refuse.ts";

const FRONT_PAGE = `Crowsnest hub

/metrics           for Prometheus
/health            how things are
/api/openapi.json  everything that can be asked: agents, tasks, runs, costs, events …
/ws                the live stream by WebSocket; /api/cato/events/stream by server-sent events
/v1/events         takes events by POST
`;

/** Everything that the hub answers by HTTP. */
export function createHubApp(
  observed: Observed,
  config: Config,
  intake: EventsIntake & HookIntake,
  otlp: RequestHandler,
  claudeCode: ClaudeCode,
  observatory: RequestHandler,
): Express {
  const app = createGuardedApp(config);
  app.use(createObserveRouter(observed));
  app.use(createAccessGuard(config));
  app.use(createMethodGuard());
  app.use(createEventsRouter(intake));
  app.use(otlp);
  app.use(createAlertmanagerHook(intake));
  app.use(createClaudeCodeHook(claudeCode, intake));
  app.use(observatory);
  app.get("/", (_request, response) => void response.type("text/plain").send(FRONT_PAGE));
  return finish(app);
}

/** What the port for OpenTelemetry's exporters answers: OTLP, under the same guard as everything else that may be written to. */
export function createOtlpApp(config: Config, otlp: RequestHandler): Express {
  const app = createGuardedApp(config);
  app.use(createAccessGuard(config));
  app.use(otlp);
  return finish(app);
}

function createGuardedApp(config: Config): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(createHostGuard(config));
  return app;
}

function finish(app: Express): Express {
  app.use((request: Request, response: Response) => {
    refuse(request, response, 404, `there is nothing at ${request.path}`);
  });
  // Express knows an error handler by its four parameters.
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) return next(error);
    if (error instanceof URIError)
      return refuse(request, response, 400, "a % in the address is not followed by what it stands for");
    refuse(request, response, 500, "the hub could not answer");
  });
  return app;
}
