/**
 * Says a word to whoever says something first, as HTTP; `/to/PORT` leads on to that port.
 *
 * @returns The listener, to be closed.
 */
export function speakTcp(hostname: string, port: number, word: string): Deno.TcpListener {
  const listener = Deno.listen({ hostname, port });
  serve(listener, word);
  return listener;
}

/** The same at a Unix socket. */
export function speakUnix(path: string, word: string): Deno.UnixListener {
  const listener = Deno.listen({ transport: "unix", path });
  serve(listener, word);
  return listener;
}

async function serve(listener: AsyncIterable<Deno.Conn>, word: string): Promise<void> {
  for await (const it of listener) {
    answer(it, word).catch(() => {}).finally(() => it.close());
  }
}

async function answer(caller: Deno.Conn, word: string): Promise<void> {
  const buffer = new Uint8Array(4096);
  const length = await caller.read(buffer) ?? 0;
  const port = /^GET \/to\/(\d+)/.exec(new TextDecoder().decode(buffer.subarray(0, length)))?.[1];
  const head = port === undefined
    ? "HTTP/1.0 200 OK"
    : `HTTP/1.0 302 Found\r\nLocation: http://127.0.0.1:${port}/`;
  const text = `${head}\r\nContent-Length: ${word.length}\r\n\r\n${word}`;
  await caller.write(new TextEncoder().encode(text));
}

/** What Deno itself cannot listen on. */
const PERL_SPEAKER = `
use Socket;
$| = 1;
my ($word, $name) = @ARGV;
socket(L, AF_UNIX, SOCK_STREAM, 0) or die "$!";
bind(L, pack_sockaddr_un("\\0$name")) or die "$!";
listen(L, 16) or die "$!";
socket(U, AF_INET, SOCK_DGRAM, 0) or die "$!";
bind(U, pack_sockaddr_in(0, inet_aton("127.0.0.1"))) or die "$!";
my ($port) = unpack_sockaddr_in(getsockname(U));
print "$port\\n";
while (1) {
  my $in = "";
  vec($in, fileno(L), 1) = 1;
  vec($in, fileno(U), 1) = 1;
  select($in, undef, undef, undef);
  if (vec($in, fileno(U), 1)) {
    my $from = recv(U, my $asked, 100, 0);
    send(U, $word, 0, $from);
  }
  if (vec($in, fileno(L), 1)) {
    accept(C, L);
    sysread(C, my $asked, 100);
    syswrite(C, $word);
    close C;
  }
}
`;

/** Says a word at an abstract name, and to datagrams; it has the word in its environment as well. */
export async function speakElsewhere(word: string, name: string) {
  const child = new Deno.Command("/usr/bin/perl", {
    args: ["-e", PERL_SPEAKER, word, name],
    env: { SECRET_OF_A_PROCESS: word },
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const port = new TextDecoder().decode(value).trim();
  return {
    port,
    pid: String(child.pid),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await reader.cancel();
      await child.status;
    },
  };
}
