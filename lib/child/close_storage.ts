/** Takes away storage that works without permissions and would be shared between tasks. */
export function closeStorage(): void {
  for (const name of ["localStorage", "sessionStorage", "caches"]) {
    Reflect.deleteProperty(globalThis, name);
  }
}
