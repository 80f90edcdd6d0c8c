import type { Format } from "../formats.ts";
import { type CsvOptions, createCsvEncoder } from "./csv.ts";
import type { Encoder } from "./encoder.ts";
import { createJsonlEncoder } from "./jsonl.ts";
import { createParquetEncoder } from "./parquet.ts";

export interface EncoderOptions extends CsvOptions {
  /** Of Crowsnest, for the file's metadata. */
  readonly version: string;
}

export function createEncoder(format: Format, options: EncoderOptions): Encoder {
  switch (format) {
    case "jsonl":
      return createJsonlEncoder();
    case "csv":
      return createCsvEncoder(options);
    case "parquet":
      return createParquetEncoder(options.version);
  }
}
