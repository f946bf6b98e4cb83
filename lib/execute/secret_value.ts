/**
 * The value of a secret: from `SECRET_NAME` in base64, as in Kestra's open-source edition, where the
 * variable's name is in capitals whatever the flow writes.
 *
 * @param env A variable of the harness's environment.
 * @returns `undefined` where there is none, or no base64.
 */
export function secretValue(
  name: string,
  env: (name: string) => string | undefined,
): string | undefined {
  try {
    const encoded = env(`SECRET_${name}`) ?? env(`SECRET_${name.toUpperCase()}`);
    if (encoded === undefined) return undefined;
    const bytes = Uint8Array.from(atob(encoded.trim()), (it) => it.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    return undefined;
  }
}
