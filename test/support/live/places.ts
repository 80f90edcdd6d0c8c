import fc from "fast-check";
import type { Connection, WatchedHub } from "./watched-hub.ts";

/** A place for a watcher, as far as it decides what may be done next. */
export interface Place {
  kind: "nobody" | "socket" | "sse";
  /** A `since` that may still be looked up: the answer to another wish could not be told from its own. */
  looksUp: boolean;
}

export interface Places {
  readonly places: readonly Place[];
}

/** Who sits where, in a real hub. */
export interface Scene {
  readonly hub: WatchedHub;
  readonly connections: (Connection | undefined)[];
}

const PLACES = 4;
/** Where somebody watches, or may. */
export const place = fc.nat(PLACES - 1);

export function emptyPlaces(): Places {
  return { places: Array.from({ length: PLACES }, () => ({ kind: "nobody", looksUp: false })) };
}

export type Step = fc.AsyncCommand<Places, Scene>;

export function step(
  name: string,
  run: (scene: Scene) => Promise<unknown>,
  change: (model: Places) => boolean = () => true,
): Step {
  // Whether it may be done is asked before it is done, and both of the same model.
  const copy = (model: Places): Places => ({ places: model.places.map((place) => ({ ...place })) });
  return {
    check: (model) => change(copy(model)),
    async run(model, scene) {
      change(model);
      await run(scene);
    },
    toString: () => name,
  };
}

export function leave(scene: Scene, place: number): void {
  const connection = scene.connections[place];
  if (connection !== undefined) scene.hub.disconnect(connection);
}

/** Takes the place of whoever is there. */
export function take(at: number, kind: Place["kind"], looksUp: boolean): (model: Places) => boolean {
  return ({ places }) => {
    Object.assign(places[at] as Place, { kind, looksUp });
    return true;
  };
}

export const atPlace = (name: string, run: (hub: WatchedHub, connection: Connection) => void, change?: (place: Place) => void) =>
  place.map((at) =>
    step(
      `${at} ${name}`,
      async ({ hub, connections }) => run(hub, connections[at] as Connection),
      ({ places }) => {
        const here = places[at] as Place;
        const isThere = here.kind !== "nobody";
        change?.(here);
        return isThere;
      },
    ),
  );
