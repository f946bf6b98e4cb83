import { ALIASES } from "../../../catalog/aliases.ts";
import { CLASSES } from "../../../catalog/classes.ts";
import { COMMAND_PACKAGES } from "../../../catalog/command_classes.ts";
import { once } from "../../../source/once.ts";
import { nearest } from "../../../source/mod.ts";

/**
 * Packages right below `io.kestra.plugin` that Kestra's plugins have, beside those of the catalog. They
 * only keep a name that is right from being taken for a misspelling of another.
 */
const PLUGINS =
  "ai airbyte airflow algolia anthropic apify argocd arangodb asana aws azure azuread cassandra cloudflare cohere " +
  "compress couchbase crypto databricks datagen datahub debezium deepseek discord dlt dremio ee elasticsearch " +
  "email fivetran flink fs ftp gcp gemini git github gitlab googleworkspace graphql grpc hightouch hubspot " +
  "huggingface influxdb jdbc jenkins jira jms kafka kestra klaviyo kubernetes langchain4j ldap linear " +
  "malloy meilisearch messagebird microsoft365 minio mistral mongodb mqtt n8n nats neo4j nifi notifications notion odoo " +
  "ollama openai opensearch papercut perplexity pinecone powerbi prefect pulsar pushover qdrant quartz rabbitmq redis resend " +
  "rss salesforce sendgrid sentry serdes servicenow sharepoint shopify sifflet singer slack snowflake soda solace squadcast " +
  "stripe supabase surrealdb tableau teams telegram templates tika transform trello twilio typesense weaviate " +
  "webex whatsapp wiz x youtube zendesk zenduty zulip";

/** Below these the catalog knows every package and class. */
const CLOSED = ["io.kestra.plugin.scripts", "io.kestra.plugin.graalvm", "io.kestra.core.tasks"];

type Tree = Map<string, Tree>;

const tree = once((): Tree => {
  const root: Tree = new Map();
  for (const name of namesThatAreKnown()) {
    let at = root;
    for (const segment of name.split(".")) {
      const next: Tree = at.get(segment) ?? new Map();
      at.set(segment, next);
      at = next;
    }
  }
  return root;
});

function namesThatAreKnown(): readonly string[] {
  return [
    ...CLASSES.keys(),
    ...ALIASES.keys(),
    ...ALIASES.values(),
    ...COMMAND_PACKAGES,
    ...PLUGINS.split(" ").map((it) => `io.kestra.plugin.${it}`),
  ];
}

/** Every name of a class that the catalog has, old ones among them. */
export const knownClassNames: () => readonly string[] = once(() => [
  ...new Set([...CLASSES.keys(), ...ALIASES.keys(), ...ALIASES.values()]),
]);

/** Why a dotted name is taken for none that there is. */
export interface UnknownName {
  /** `part` ends within a word of a known name; `unknown` is no beginning of any. */
  readonly kind: "part" | "unknown";
  /** A known name that may have been meant. */
  readonly near?: string;
}

/**
 * Tells whether a class or a package is known, by whole segments. Names of others than Kestra are never
 * complained of, and those of its plugins only where they are near to one that is known.
 *
 * @param name Without a `.` at its end.
 * @returns `undefined` for what is known, or what nobody can tell of.
 */
export function unknownName(name: string): UnknownName | undefined {
  const segments = name.split(".");
  let at = tree();
  for (const [depth, segment] of segments.entries()) {
    const next = at.get(segment);
    if (next !== undefined) {
      at = next;
      continue;
    }
    if (depth === 0 || at.size === 0) return undefined;
    const owner = segments.slice(0, depth).join(".");
    const isClosed = CLOSED.some((it) => owner === it || owner.startsWith(`${it}.`));
    const isLast = depth === segments.length - 1;
    const longer = isLast ? [...at.keys()].find((it) => it.startsWith(segment)) : undefined;
    const near = longer ?? nearestOf(segment, at);
    if (near === undefined && !isClosed) return undefined;
    const rest = segments.slice(depth + 1);
    return {
      kind: longer === undefined ? "unknown" : "part",
      ...(near !== undefined && { near: [owner, near, ...rest].join(".") }),
    };
  }
  return undefined;
}

/** The nearest of many words: `nearest` looks at a hundred at most, so they are handed to it in parts. */
function nearestOf(segment: string, words: Tree): string | undefined {
  const all = [...words.keys()];
  const best: string[] = [];
  for (let i = 0; i < all.length; i += 100) {
    const found = nearest(segment, all.slice(i, i + 100));
    if (found !== undefined) best.push(found);
  }
  return nearest(segment, best);
}
