import { rowOf, type Technique } from "./technique.ts";

/** Numbers by `asm/unistd.h`. */
const CALLS = Deno.build.arch === "aarch64"
  ? { ptrace: 117, vmRead: 270, nameToHandle: 264, openByHandle: 265, keyctl: 219, getpid: 172 }
  : { ptrace: 101, vmRead: 310, nameToHandle: 303, openByHandle: 304, keyctl: 250, getpid: 39 };
const IO_URING_SETUP = 425;
const PIDFD_OPEN = 434;
const PIDFD_GETFD = 438;

/** Perl's text; it finds the constants in `%ENV`. Debian has perl wherever there is dpkg. */
const perl = (script: string) =>
  `return run("/usr/bin/perl", ["-e", ${JSON.stringify(script.replace(/\n\s*/g, "\n"))}]);`;
const SAY = `print "$ENV{WORD}\\n"`;
/** The twin of a call that no task may make: another call by the same program. */
const OTHER_CALL = perl(`${SAY} if syscall(${CALLS.getpid}) > 0;`);

const said = (opened: string) =>
  `use Socket;
  ${opened}
  select S; $| = 1; select STDOUT;
  print S "x\\n";
  print while <S>;`;
const tcp = (host: string, port: string) =>
  said(`socket(S, AF_INET, SOCK_STREAM, 0) or die "no socket: $!";
    connect(S, pack_sockaddr_in($ENV{${port}}, inet_aton("${host}"))) or die "no connection: $!";`);
const unix = (name: string) =>
  said(`socket(S, AF_UNIX, SOCK_STREAM, 0) or die "no socket: $!";
    connect(S, pack_sockaddr_un(${name})) or die "no connection: $!";`);
const TCP = perl(tcp("127.0.0.1", "PORT"));

const spawning = (
  row: string,
  techniques: readonly Omit<Technique, "row" | "spawns">[],
): Technique[] => rowOf(row, techniques.map((it) => ({ ...it, spawns: true })));

/** System calls of a subprocess that go round files, or reach other processes. */
export const systemCalls: readonly Technique[] = [
  ...spawning("another process, by a subprocess", [
    {
      name: "a signal",
      code: `const it = victim === "self" ? Deno.pid : victim;
        return run("/bin/sh", ["-c", "kill -CONT " + it + ' && echo "$WORD"']);`,
    },
    {
      name: "ptrace",
      superuser: true,
      code: perl(`if (syscall(${CALLS.ptrace}, 16, $ENV{VICTIM} + 0, 0, 0) == 0) {
          waitpid $ENV{VICTIM}, 0;
          ${SAY};
        }
        else { print "no: $!" }`),
      control: perl(`my $own = fork // die;
        if ($own == 0) { sleep 5; exit }
        ${SAY} if syscall(${CALLS.ptrace}, 16, $own, 0, 0) == 0;
        kill 9, $own;`),
    },
    {
      name: "process_vm_readv",
      superuser: true,
      // Without memory to read into, what is left is whether it may be asked for.
      code: perl(`my $it = pack "QQ", 4096, 1;
        syscall(${CALLS.vmRead}, $ENV{VICTIM} + 0, $it, 1, $it, 1, 0);
        if ($! == 14) { ${SAY} } else { print "no: $!" }`),
      control: perl(`my $it = pack "QQ", 4096, 1;
        syscall(${CALLS.vmRead}, $$ + 0, $it, 1, $it, 1, 0);
        if ($! == 14) { ${SAY} } else { print "no: $!" }`),
    },
    {
      name: "its open files",
      superuser: true,
      code: perl(`my $pid = syscall(${PIDFD_OPEN}, $ENV{VICTIM} + 0, 0);
        if (syscall(${PIDFD_GETFD}, $pid, 1, 0) >= 0) { ${SAY} } else { print "no: $!" }`),
      control: perl(`my $pid = syscall(${PIDFD_OPEN}, $$ + 0, 0);
        if (syscall(${PIDFD_GETFD}, $pid, 1, 0) >= 0) { ${SAY} } else { print "no: $!" }`),
    },
    {
      name: "its memory",
      superuser: true,
      code: perl(`open F, "/proc/$ENV{VICTIM}/mem" or die "no: $!"; ${SAY};`),
      control: `return Deno.readTextFileSync(target);`,
    },
  ]),
  ...spawning("a Unix socket, by a subprocess", [
    { name: "by its path", code: perl(unix("$ENV{SOCKET}")), control: TCP },
    { name: "by an abstract name", code: perl(unix(`"\\0$ENV{ABSTRACT}"`)), control: TCP },
    {
      name: "by the runtime",
      code: `return run(Deno.execPath(), ["eval", "--no-lock",
        "const it = await Deno.connect({ transport: 'unix', path: Deno.env.get('SOCKET') });" +
        "await it.write(new Uint8Array([120, 10]));" +
        "console.log(await new Response(it.readable).text())"]);`,
      control: TCP,
    },
  ]),
  ...spawning("system calls that go round the others", [
    {
      name: "io_uring",
      code: perl(`my $it = "\\0" x 120;
        if (syscall(${IO_URING_SETUP}, 4, $it) >= 0) { ${SAY} } else { print "no: $!" }`),
      control: OTHER_CALL,
    },
    {
      name: "a file by its handle",
      code: perl(`my $handle = pack("II", 128, 0) . "\\0" x 128;
        my $mount = "\\0" x 8;
        my $path = "$ENV{TARGET}\\0";
        syscall(${CALLS.nameToHandle}, -100, $path, $handle, $mount, 0) == 0 or die "no: $!";
        opendir D, "$ENV{SCRATCH}" or die;
        my $fd = syscall(${CALLS.openByHandle}, fileno(D), $handle, 0);
        $fd >= 0 or die "no: $!";
        open F, "<&=", $fd or die "no: $!";
        print <F>;`),
      control: OTHER_CALL,
      superuser: true,
    },
    {
      name: "keyrings",
      code: perl(`if (syscall(${CALLS.keyctl}, 0, -4, 1) >= 0) { ${SAY} } else { print "no: $!" }`),
      control: OTHER_CALL,
    },
  ]),
  ...spawning("a TCP port that is not allowed, by a subprocess", [
    { name: "perl", code: TCP },
    {
      name: "the runtime",
      code: `return run(Deno.execPath(), ["eval", "--no-lock",
        "console.log(await (await fetch('http://127.0.0.1:' + Deno.env.get('PORT'))).text())"]);`,
    },
    {
      name: "listening by a subprocess",
      code: perl(`use Socket;
        socket(S, AF_INET, SOCK_STREAM, 0) or die "no socket: $!";
        bind(S, pack_sockaddr_in(0, inet_aton("127.0.0.1"))) or die "no: $!";
        listen(S, 1) or die "no: $!";
        ${SAY};`),
      control: TCP,
    },
  ]),
  ...spawning("hosts and datagrams, by a subprocess", [
    {
      name: "an allowed port of another host",
      code: perl(tcp("127.0.0.2", "ALLOWEDPORT")),
      control: TCP,
      ends: "reached",
    },
    {
      name: "a datagram",
      code: perl(`use Socket;
        socket(S, AF_INET, SOCK_DGRAM, 0) or die "no socket: $!";
        send(S, "x", 0, pack_sockaddr_in($ENV{DATAGRAMPORT}, inet_aton("127.0.0.1"))) or die "no: $!";
        my $it = "";
        vec($it, fileno(S), 1) = 1;
        select($it, undef, undef, 2) or die "no answer";
        recv(S, my $told, 100, 0);
        print $told;`),
      control: TCP,
      ends: "reached",
    },
  ]),
];
