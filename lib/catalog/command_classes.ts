import type { KnownClass } from "./known_class.ts";

/**
 * Packages of classes that are no script plugins and run commands or containers of their
 * author's all the same, with where that was seen. A default on script classes does not reach
 * them, so they are named here.
 */
const PACKAGES: Readonly<Record<string, string>> = {
  "io.kestra.plugin.ansible.cli": "kestra-io/plugin-ansible",
  "io.kestra.plugin.aws.cli": "kestra-io/plugin-aws",
  "io.kestra.plugin.azure.cli": "kestra-io/plugin-azure",
  "io.kestra.plugin.beam": "kestra-io/blueprints, beam.RunPipeline",
  "io.kestra.plugin.cloudquery": "kestra-io/plugin-cloudquery",
  "io.kestra.plugin.dataform.cli": "kestra-io/plugin-dataform",
  "io.kestra.plugin.dbt.cli": "kestra-io/plugin-dbt",
  "io.kestra.plugin.docker": "kestra-io/plugin-docker",
  "io.kestra.plugin.gcp.cli": "kestra-io/plugin-gcp",
  "io.kestra.plugin.modal.cli": "kestra-io/plugin-modal",
  "io.kestra.plugin.spark": "kestra-io/plugin-spark",
  "io.kestra.plugin.sqlmesh.cli": "kestra-io/plugin-sqlmesh",
  "io.kestra.plugin.terraform.cli": "kestra-io/plugin-terraform",
  "io.kestra.plugin.trivy.cli": "kestra-io/plugin-trivy",
};

/** Packages whose every class runs commands of its author's. */
export const COMMAND_PACKAGES: readonly string[] = Object.keys(PACKAGES);

/** What is known of a class that runs commands without being a script plugin. */
export function commandClass(type: string): KnownClass | undefined {
  const owner = Object.keys(PACKAGES).find((it) => type.startsWith(`${it}.`));
  if (owner === undefined) return undefined;
  return {
    kind: "script",
    body: "commands",
    language: "",
    image: "",
    interpreter: [],
    env: {},
    directories: {},
    properties: [],
    source: PACKAGES[owner]!,
    notRun: {
      fact: "it runs commands of its author's, and is not supported",
      help: "Run the same command with io.kestra.plugin.scripts.shell.Commands",
    },
  };
}
