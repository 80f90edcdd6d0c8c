import { z } from "zod";
import { type HubViews, views } from "../../../views/index.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";

const nothing = z.strictObject({});

/** An endpoint that answers what a view answers. */
export function fromView(path: string, tag: string, name: keyof HubViews): Endpoint {
  const { summary, query, answer } = views[name];
  return endpoint({
    path,
    tag,
    summary,
    params: nothing,
    query,
    answer,
    handle: ({ query: asked }, context) => context.views.read(name, asked as never),
  });
}
