const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/**
 * Reads a size as Kestra and Docker write it; the units are powers of 1024.
 *
 * @param text `512MB`, `1g`, `65536`.
 * @returns Bytes, or `undefined` when the text is no size.
 */
export function parseSize(text: string): number | undefined {
  const parts = /^(\d{1,9}(?:\.\d{1,3})?)\s*([KMG]?)(?:i?B)?$/i.exec(text.trim());
  if (parts === null) return undefined;
  return Math.round(Number(parts[1]) * UNITS[parts[2]!.toUpperCase()]!);
}
