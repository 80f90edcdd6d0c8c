import { windowsView } from "./windows.ts";

/** Every view by its name. A new one is a file beside this one and a line here. */
export const views = {
  windows: windowsView,
} as const;

export type HubViews = typeof views;
