// Run by unconfined(), with all permissions: makes attempts and says what each one reached.
interface Input {
  readonly id: string;
  readonly scratch: string;
  readonly code: string;
}

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
const attempts: Input[] = await new Response(Deno.stdin.readable).json();
const home = Deno.cwd();

for (const { id, scratch, code } of attempts) {
  Deno.mkdirSync(scratch);
  const said = await AsyncFunction(code).call({ scratch }).then(
    (result: unknown) => ({ id, result: String(result) }),
    (error: Error) => ({ id, error: `${error}${error?.cause ? ` (${error.cause})` : ""}` }),
  );
  Deno.chdir(home);
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(said)}\n`));
}
Deno.exit(0); // A thread that an attempt made may still be there.
