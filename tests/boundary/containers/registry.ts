import { BLOCK, padded, writeHeader } from "../../../lib/execute/containers/tar_header.ts";

/** A request that the registry got. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | null;
}

/** A registry of one image, on this machine. */
export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:PORT`: engines ask such a one without TLS. */
  readonly address: string;
  readonly asked: readonly Asked[];
}

/** How a registry behaves. */
export interface Behaviour {
  /** Who may read: `user:password`. Everybody without it. */
  readonly login?: string;
  /** How many requests are answered with this status before it gets well. */
  readonly trouble?: { readonly status: number; readonly times: number };
  /** Never answers for a layer. */
  readonly hangs?: boolean;
  /** The name of the image, with its tag: `tests/tool:1`. */
  readonly image: string;
  /** A program for its `/bin/sh`, statically linked. */
  readonly shell: Uint8Array;
}

/**
 * Serves an image by the protocol of registries (the OCI distribution specification): a manifest, a
 * configuration, and one layer with a shell in it.
 */
export async function serveRegistry(behaviour: Behaviour): Promise<Registry> {
  const [name, tag] = behaviour.image.split(":");
  const layer = tarOf("bin/sh", behaviour.shell);
  const config = json({
    architecture: Deno.build.arch === "aarch64" ? "arm64" : "amd64",
    os: "linux",
    config: { Entrypoint: ["/no/such/entrypoint"], Cmd: ["/no/such"] },
    rootfs: { type: "layers", diff_ids: [await digestOf(layer)] },
    // What makes it an image that nobody has pulled before.
    comment: crypto.randomUUID(),
  });
  const blob = async (mediaType: string, bytes: Uint8Array) => ({
    mediaType,
    size: bytes.length,
    digest: await digestOf(bytes),
  });
  const ofDocker = "application/vnd.docker";
  const manifest = json({
    schemaVersion: 2,
    mediaType: `${ofDocker}.distribution.manifest.v2+json`,
    config: await blob(`${ofDocker}.container.image.v1+json`, config),
    layers: [await blob(`${ofDocker}.image.rootfs.diff.tar`, layer)],
  });
  const manifestType = `${ofDocker}.distribution.manifest.v2+json`;
  const byPath = new Map<string, readonly [type: string, bytes: Uint8Array]>([
    [`/v2/${name}/manifests/${tag}`, [manifestType, manifest]],
    [`/v2/${name}/manifests/${await digestOf(manifest)}`, [manifestType, manifest]],
    [`/v2/${name}/blobs/${await digestOf(config)}`, ["application/octet-stream", config]],
    [`/v2/${name}/blobs/${await digestOf(layer)}`, ["application/octet-stream", layer]],
  ]);
  const layerPath = `/v2/${name}/blobs/${await digestOf(layer)}`;
  const asked: Asked[] = [];
  let trouble = behaviour.trouble?.times ?? 0;
  const closing = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: closing.signal },
    async (request) => {
      const { pathname } = new URL(request.url);
      const authorization = request.headers.get("authorization");
      asked.push({ method: request.method, path: pathname, authorization });
      if (behaviour.login !== undefined && authorization !== `Basic ${btoa(behaviour.login)}`) {
        const headers = { "WWW-Authenticate": 'Basic realm="tests"' };
        return said(401, "UNAUTHORIZED", "authentication required", headers);
      }
      if (pathname === "/v2/") return new Response("{}");
      if (trouble > 0) {
        trouble--;
        return said(behaviour.trouble!.status, "UNAVAILABLE", "not now", {});
      }
      const found = byPath.get(pathname);
      if (found === undefined) return said(404, "MANIFEST_UNKNOWN", "manifest unknown", {});
      const [type, bytes] = found;
      if (behaviour.hangs && pathname === layerPath) {
        await new Promise((resolve) => closing.signal.addEventListener("abort", resolve));
      }
      return new Response(request.method === "HEAD" ? null : bytes as Uint8Array<ArrayBuffer>, {
        headers: {
          "Content-Type": type,
          "Content-Length": String(bytes.length),
          "Docker-Content-Digest": await digestOf(bytes),
        },
      });
    },
  );
  return {
    address: `127.0.0.1:${server.addr.port}`,
    asked,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await server.finished;
    },
  };
}

function said(status: number, code: string, message: string, headers: Record<string, string>) {
  return new Response(JSON.stringify({ errors: [{ code, message }] }), {
    status,
    headers: { "Content-Type": "application/json", ...headers },
  });
}

function json(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  const hex = Array.from(new Uint8Array(hash), (it) => it.toString(16).padStart(2, "0"));
  return `sha256:${hex.join("")}`;
}

function tarOf(name: string, content: Uint8Array): Uint8Array {
  const header = writeHeader(
    { name, type: "file", mode: 0o755, size: content.length },
    { uid: 0, gid: 0 },
  );
  const whole = new Uint8Array(header.length + padded(content.length) + 2 * BLOCK);
  whole.set(header, 0);
  whole.set(content, header.length);
  return whole;
}
