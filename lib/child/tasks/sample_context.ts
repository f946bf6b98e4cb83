import { Buffer } from "node:buffer";
import type { Question } from "../../model/job.ts";
import type { LogLevel, Metric } from "../../model/outcome.ts";
import type { Ask } from "../ask.ts";
import type { Context } from "../context.ts";
import { render } from "../expression/mod.ts";
import { makeKeyValues } from "../kv.ts";
import { makeStorage } from "../storage.ts";
import { TaskFailure } from "../task_failure.ts";

/** A harness for tests of tasks: it refuses nothing, keeps all in memory, and remembers what was asked. */
export function sampleContext(variables: Readonly<Record<string, unknown>> = {}) {
  const keys = new Map<string, unknown>();
  const states = new Map<string, unknown>();
  const files = new Map<string, Uint8Array>();
  const labels = new Map<string, string>();
  const asked: Question[] = [];
  const logs: string[] = [];
  const metrics: Metric[] = [];
  const ask: Ask = (question) => {
    asked.push(question);
    switch (question.about) {
      case "kv": {
        if (question.do === "keys") {
          return [...keys.keys()].filter((it) => it.startsWith(question.prefix)).toSorted();
        }
        if (question.do === "get") return keys.get(question.key);
        if (question.do === "delete") return keys.delete(question.key);
        if (!question.overwrite && keys.has(question.key)) throw new TaskFailure("it is there");
        return void keys.set(question.key, question.value);
      }
      case "state":
        if (question.do === "set") return void states.set(question.name, question.value);
        return question.do === "get" ? states.get(question.name) : states.delete(question.name);
      case "file": {
        if (question.do === "write") {
          const uri = question.uri ?? `kestra:///${files.size}-${question.name}`;
          files.set(uri, joined([files.get(uri) ?? new Uint8Array(), bytesOf(question.base64)]));
          return uri;
        }
        const file = files.get(question.uri);
        if (question.do !== "read") {
          return question.do === "size" ? file?.length : files.delete(question.uri);
        }
        const part = file?.subarray(question.offset, question.offset + question.length);
        return part && Buffer.from(part).toString("base64");
      }
      case "labels":
        for (const [key, it] of Object.entries(question.labels)) labels.set(key, it);
        return undefined;
      case "logs":
        return [{ timestamp: "t", level: "INFO", taskId: "a", message: "hello" }];
      default:
        throw new TaskFailure(`nobody knows about ${question.about}`);
    }
  };
  const at = (level: LogLevel) => (...said: unknown[]) =>
    void logs.push([level, ...said].join(" "));
  const seen = { flow: { id: "f", namespace: "a.b" }, execution: { id: "e" }, ...variables };
  const context: Context = {
    logger: {
      trace: at("TRACE"),
      debug: at("DEBUG"),
      info: at("INFO"),
      warn: at("WARN"),
      error: at("ERROR"),
    },
    workspace: "",
    variables: seen,
    render: (text, more) =>
      render(text, { variables: { ...seen, ...more }, secret: (name) => `secret ${name}` }),
    metric: (it) => void metrics.push(it),
    kv: makeKeyValues(ask),
    storage: makeStorage(ask),
  };
  const text = (uri: string) => new TextDecoder().decode(files.get(uri));
  return { context, ask, keys, states, files, labels, asked, logs, metrics, text };
}

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
