export type { Kpi, KpiName, Kpis } from "../../folds/kpis/kpis.ts";
export { type BucketClient, type KpiBucket, readKpiBucket } from "./read-bucket.ts";
