import type { ContainerUser, Source } from "../../model/mod.ts";
import { userInside } from "../user_inside.ts";
import { keyOf, refuseKey, type RunnerReader } from "./runner_reader.ts";
import { readText } from "./task_reader.ts";

/** Debian's and most images' "nobody": what root hands a workspace to. */
const NOBODY = 65534;

/** Who a container runs as, and who says so. */
export interface ChosenUser {
  readonly user: ContainerUser;
  readonly source: Source | "built-in";
}

/**
 * The user a container runs as: the policy's first, or of the policy's the one that the task names.
 *
 * The workspace has to be writable for it. Without a policy's word it is one without rights: the
 * harness's own, or nobody where that is root.
 */
export function userOf(reader: RunnerReader): ChosenUser {
  const { policy, host, engine } = reader;
  const { users } = policy.containers;
  const given: readonly ChosenUser[] = users.length > 0
    ? users.map(({ value, source }) => ({ user: parsed(value), source }))
    : [{
      user: userInside(
        engine,
        host.uid === 0 ? { uid: NOBODY, gid: NOBODY } : { uid: host.uid, gid: host.gid },
      ),
      source: "built-in",
    }];
  const chosen = named(reader, given) ?? given[0]!;
  refuseUnowned(reader, chosen);
  return chosen;
}

function parsed(text: string): ContainerUser {
  const [uid = NaN, gid = uid] = text.split(":").map(Number);
  return { uid, gid };
}

function named(reader: RunnerReader, given: readonly ChosenUser[]): ChosenUser | undefined {
  const text = readText(reader, "taskRunner.user", keyOf(reader, "user"));
  if (text === undefined) return undefined;
  const [, uid, gid] = /^(\d{1,10}|root)(?::(\d{1,10}|root))?$/.exec(text) ?? [];
  const number = (it: string) => it === "root" ? 0 : Number(it);
  const found = uid === undefined
    ? undefined
    : given.find(({ user }) =>
      user.uid === number(uid) && (gid === undefined || user.gid === number(gid))
    );
  if (found !== undefined) return found;
  const rule = reader.policy.containers.users[0]?.source;
  const shown = given.map(({ user }) => `${user.uid}:${user.gid}`).join(", ");
  return refuseKey(
    reader,
    ["user"],
    `asks for ${JSON.stringify(text)}, and ${
      rule === undefined ? "containers run as" : "the policy gives"
    } ${shown}`,
    { rule, help: "Leave the key out, or name the user in bulkhead.containers.users, in digits" },
  );
}

function refuseUnowned({ refusals, host, engine }: RunnerReader, chosen: ChosenUser): void {
  const { user: { uid, gid }, source } = chosen;
  if (source === "built-in") return;
  const refuse = (fact: string, help: string) =>
    refusals.push({
      code: "plan/container-user",
      message: `Cannot run a container as "${uid}:${gid}": ${fact}`,
      by: "host",
      source,
      help,
    });
  const own = userInside(engine, { uid: host.uid, gid: host.gid });
  if (engine.rootless && uid !== own.uid) {
    refuse(
      "the engine runs as an ordinary user, and gives its containers that user's files only",
      `Name ${own.uid}:${own.gid}, who is that user inside, or leave containers.users out`,
    );
  } else if (!engine.rootless && host.uid !== 0 && host.uid !== uid) {
    refuse(
      "only root can give that user a workspace",
      `Run bulkhead as root or as user ${uid}, or leave containers.users out`,
    );
  }
}
