/** Panels that may rightly show nothing, by title, and why. Every other panel has something to show once agents are at work. */
export const mayBeEmpty: Readonly<Record<string, string>> = {
  Alerts: "No alert fires, and none is about to.",
  "Live delivery": "Nobody watches the live stream.",
};
