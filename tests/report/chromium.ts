/** A message of the DevTools protocol. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
  readonly sessionId?: string;
}

/** A page in a browser without a window. */
export interface Page {
  /** Calls a method of the DevTools protocol. */
  send(method: string, params?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Opens a file or an address, and waits until it is loaded. */
  open(url: string): Promise<void>;
  /** What an expression comes to in the page, as JSON can say it. */
  evaluate<T>(expression: string): Promise<T>;
  /** Presses a key, or writes a text. */
  press(key: "Tab" | "Enter" | "Space"): Promise<void>;
  write(text: string): Promise<void>;
  /** What the page complained of: exceptions, and errors and warnings of the console and the browser. */
  readonly complaints: string[];
  /** Every address that was asked for. */
  readonly requests: string[];
}

/** Chromium, with one page; gone with its profile when it is disposed of. */
export interface Chromium extends AsyncDisposable {
  readonly page: Page;
}

const KEYS = {
  Tab: { key: "Tab", code: "Tab", windowsVirtualKeyCode: 9 },
  Enter: { key: "Enter", code: "Enter", windowsVirtualKeyCode: 13, text: "\r" },
  Space: { key: " ", code: "Space", windowsVirtualKeyCode: 32, text: " " },
} as const;

/** Starts the `chromium` of PATH and speaks to it by the DevTools protocol. */
export async function startChromium(): Promise<Chromium> {
  const profile = await Deno.makeTempDir({ prefix: "bulkhead_chromium_" });
  const child = new Deno.Command("chromium", {
    args: [
      "--headless=new",
      // The superuser's browser has no sandbox; what it opens is ours.
      ...(Deno.uid() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
      "--disable-background-networking",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const { address, drained } = await findAddress(child.stderr);
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`Cannot reach ${address}`));
  });
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  const listeners = new Set<(message: Message) => void>();
  socket.onmessage = ({ data }) => {
    const message: Message = JSON.parse(data);
    if (message.id === undefined) return listeners.forEach((it) => it(message));
    const { resolve, reject } = waiting.get(message.id)!;
    waiting.delete(message.id);
    if (message.error) reject(new Error(message.error.message));
    else resolve(message.result ?? {});
  };
  let last = 0;
  const send = (method: string, params: Record<string, unknown>, sessionId?: string) => {
    const id = ++last;
    const answer = Promise.withResolvers<Record<string, unknown>>();
    waiting.set(id, answer);
    socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }));
    return answer.promise;
  };
  const { targetInfos } = await send("Target.getTargets", {});
  const { targetId } = (targetInfos as { targetId: string; type: string }[])
    .find((it) => it.type === "page")!;
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  const page = await makePage(
    (method, params = {}) => send(method, params, sessionId as string),
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  );
  return {
    page,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => socket.onclose = resolve);
      await send("Browser.close", {}).catch(() => {});
      socket.close();
      await Promise.all([closed, child.status, drained]);
      await Deno.remove(profile, { recursive: true });
    },
  };
}

type Send = Page["send"];

async function makePage(
  send: Send,
  listen: (listener: (message: Message) => void) => () => void,
): Promise<Page> {
  const complaints: string[] = [];
  const requests: string[] = [];
  listen(({ method, params }) => {
    const said = JSON.stringify(params);
    if (method === "Network.requestWillBeSent") {
      requests.push((params as { request: { url: string } }).request.url);
    } else if (method === "Runtime.exceptionThrown") complaints.push(said);
    else if (method === "Log.entryAdded" || method === "Runtime.consoleAPICalled") {
      if (/"(?:level|type)":"(?:error|warning)"/.test(said)) complaints.push(said);
    }
  });
  for (const domain of ["Page", "Runtime", "Network", "Log"]) await send(`${domain}.enable`);
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await send("Runtime.evaluate", {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value: T }).value;
  };
  return {
    send,
    complaints,
    requests,
    evaluate,
    async open(url) {
      const loaded = Promise.withResolvers<void>();
      const stop = listen(({ method }) => {
        if (method === "Page.loadEventFired") loaded.resolve();
      });
      const { errorText } = await send("Page.navigate", { url });
      if (errorText !== undefined) throw new Error(`Cannot open ${url}: ${errorText}`);
      await loaded.promise;
      stop();
    },
    async press(key) {
      await send("Input.dispatchKeyEvent", { type: "keyDown", ...KEYS[key] });
      await send("Input.dispatchKeyEvent", { type: "keyUp", ...KEYS[key] });
    },
    async write(text) {
      await send("Input.insertText", { text });
    },
  };
}

/** The address that it says on stderr, which is read to its end lest it wait for a reader. */
async function findAddress(stderr: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const reader = stderr.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`Chromium ended: ${said}`);
    said += value;
    const address = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
    if (address === undefined) continue;
    const drained = (async () => {
      while (!(await reader.read()).done);
    })();
    return { address, drained };
  }
}
