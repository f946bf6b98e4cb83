/**
 * The nouns that every stage shares. Decides nothing, and imports nothing
 * from the stages.
 *
 * @module
 */
export * from "./access.ts";
export * from "./container.ts";
export * from "./diagnostic.ts";
export * from "./event.ts";
export * from "./explanation.ts";
export * from "./fixtures.ts";
export * from "./flow.ts";
export * from "./flowable.ts";
export * from "./host_facts.ts";
export * from "./input.ts";
export * from "./job.ts";
export * from "./journal.ts";
export * from "./kernel.ts";
export * from "./located.ts";
export * from "./module_import.ts";
export * from "./machine.ts";
export * from "./outcome.ts";
export * from "./plan.ts";
export * from "./policy.ts";
export * from "./rule_page.ts";
export * from "./rule_policy.ts";
export * from "./source.ts";
export * from "./store.ts";
export * from "./tasks_of.ts";
export * from "./tested.ts";
export * from "./trial.ts";
