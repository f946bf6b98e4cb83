import { defineTask } from "bulkhead";
import { z } from "zod";

/** Counts words. Runs in a child, under the permissions of its class. */
export default defineTask({
  type: "com.example.text.WordCount",

  properties: z.strictObject({
    text: z.string(),
    /** Words that are not longer than this do not count. */
    longerThan: z.coerce.number().int().min(0).default(0),
  }),

  run({ text, longerThan }, { logger, metric }) {
    const words = text.split(/\s+/).filter((it) => it.length > longerThan);
    logger.info("{} words in {} characters", words.length, text.length);
    metric({ name: "words", type: "counter", value: words.length });
    return {
      words: words.length,
      longest: words.reduce((a, b) => b.length > a.length ? b : a, ""),
    };
  },
});
