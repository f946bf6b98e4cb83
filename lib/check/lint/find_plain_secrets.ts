/** A text that grants something to whoever reads it. */
export interface PlainSecret {
  /** What it is, for a person; never the text itself. */
  readonly what: string;
  /** Where it begins and ends in the value, in units of UTF-16. */
  readonly start: number;
  readonly end: number;
}

/**
 * Forms that nothing else has: each issuer gives its keys a beginning so that they are found. Sources: the
 * issuers' own documentation of their formats; lengths are the shortest that they give.
 */
const FORMS: readonly (readonly [string, RegExp])[] = [
  ["a private key", /-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY-----/g],
  ["an access key of AWS", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g],
  ["a token of GitHub", /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{50})/g],
  ["a token of GitLab", /\bglpat-[\w-]{20}/g],
  ["a token of Slack", /\bxox[abprs]-[0-9A-Za-z-]{20}/g],
  ["a webhook of Slack", /\bhooks\.slack\.com\/services\/T\w{6,}\/B\w{6,}\/\w{16}/g],
  ["a key of Google", /\bAIza[\w-]{35}\b/g],
  ["a key of Stripe", /\b[rs]k_live_[0-9A-Za-z]{20}/g],
  ["a key of Anthropic", /\bsk-ant-[\w-]{20}/g],
  ["a key of OpenAI", /\bsk-(?:proj-[\w-]{20}|[0-9A-Za-z]{48})/g],
  ["a token of npm", /\bnpm_[0-9A-Za-z]{36}\b/g],
  ["a token of Docker Hub", /\bdckr_pat_[\w-]{20}/g],
  ["a token of Hugging Face", /\bhf_[0-9A-Za-z]{34}\b/g],
  ["a key of SendGrid", /\bSG\.[\w-]{22}\.[\w-]{43}/g],
  ["a signed token", /\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{20}/g],
];

/** Beginnings of all of them: a text without any is asked for none. */
const BEGINNINGS =
  /-----BEGIN |A[KS]IA|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|hooks\.slack|[rs]k_live_|sk-|npm_|dckr_|hf_|SG\.|eyJ|AIza/;

/** Of a text that holds more, the first are told. */
const MOST = 50;

/** A password in a URL: `scheme://user:password@host`. */
const IN_URL = /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@{}"']{1,80}:([^\s/@{}"'$]{3,80})@[\w[]/gi;

/** `PASSWORD="…"` in a script: only what stands in quotes, a command may stand without. */
const ASSIGNED =
  /\b\w{0,40}(?:password|passwd|secret|token|api_?key|access_?key)["']?\s{0,3}[=:]\s{0,3}(["'])([^"'\s]{6,200})\1/gi;

/** Names of what is secret, as their last words in small letters: `db_password`, `api_key`, `client-secret`. */
const NAME =
  /(?:passwd|password|(?:^|[^a-z])(?:passphrase|pwd|secret|token|(?:api|secret|access|private)[_-]?key|bearer))$/;
/** Names that end like a secret and are none. */
const NO_SECRET = /(?:next|page|continuation|sync|stop|max|min|pad|eos|bos|csrf)[_-]?tokens?$/;

/** What stands where a secret will be, or says where it is. */
const STANDS_FOR_ONE =
  /^(?:[<[(*.x]|\$|%|\/|\.{0,2}\/|[a-z]+:\/\/|your|my[_-]|change[_-]?(?:me|it)|replace|example|dummy|placeholder|secret$|password$|token$|null$|none$|true$|false$|todo|redacted|n\/a|vault:|env:|file:|aws:|arn:|projects\/)/i;
/** What is rendered. */
const EXPRESSION = /\{[{%]/;

/**
 * Finds secrets that stand in a text as they are: by the form that their issuers gave them, in a URL,
 * in a script, and by the name of what they are the value of.
 *
 * Says nothing of expressions, and of what only stands for a secret. Linear in the text.
 *
 * @param name Of the key, variable or input whose value it is; absent where it has none.
 */
export function findPlainSecrets(value: string, name?: string): readonly PlainSecret[] {
  const found: PlainSecret[] = [];
  for (const [what, pattern] of BEGINNINGS.test(value) ? FORMS : []) {
    for (const { index, 0: text } of value.matchAll(pattern)) {
      if (found.length === MOST) break;
      found.push({ what, start: index, end: index + text.length });
    }
  }
  const add = (what: string, index: number, whole: string, secret: string) => {
    if (found.length === MOST || !isSecret(secret)) return;
    const start = index + whole.lastIndexOf(secret);
    if (found.some((it) => it.start < start + secret.length && start < it.end)) return;
    found.push({ what, start, end: start + secret.length });
  };
  for (
    const { index, 0: whole, 1: secret = "" } of value.includes("://") ? value.matchAll(IN_URL) : []
  ) {
    add("a password in a URL", index, whole, secret);
  }
  const isOne = name !== undefined && isNameOfSecret(name) && !/\s/.test(value.trim());
  // What is all in capitals is the name of a variable.
  if (isOne && !/^[A-Z][A-Z0-9]*_[A-Z0-9_]*$/.test(value.trim())) {
    add(`the value of "${name}"`, 0, value, value.trim());
  } else if (/[=:]\s*["']/.test(value)) {
    for (const { index, 0: whole, 2: secret = "" } of value.matchAll(ASSIGNED)) {
      add("a secret in a script", index, whole, secret);
    }
  }
  return found.toSorted((a, b) => a.start - b.start);
}

/** Whether a key, a variable or an input holds a secret, by its name. */
export function isNameOfSecret(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  return NAME.test(words) && !NO_SECRET.test(words);
}

function isSecret(text: string): boolean {
  return text.length >= 4 && !EXPRESSION.test(text) && !STANDS_FOR_ONE.test(text) &&
    new Set(text).size > 2;
}
