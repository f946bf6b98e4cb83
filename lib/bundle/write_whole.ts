/**
 * Writes a file so that nobody ever sees half of it, nor finds half of it after a power cut: beside
 * its place, to the disk, and then renamed into it. What was there is replaced.
 *
 * @throws What the system says; nothing half-made stays.
 */
export async function writeWhole(
  path: string,
  bytes: Uint8Array,
  mode: number,
): Promise<void> {
  const slash = path.lastIndexOf("/");
  const directory = slash < 0 ? "." : path.slice(0, slash) || "/";
  const fresh = `${directory}/.${path.slice(slash + 1)}-${crypto.randomUUID()}`;
  try {
    {
      using file = await Deno.open(fresh, { createNew: true, write: true, mode });
      for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
      await file.sync();
    }
    await Deno.rename(fresh, path);
    const place = await Deno.open(directory);
    using _place = place;
    await place.sync();
  } catch (cause) {
    await Deno.remove(fresh).catch(() => {});
    throw cause;
  }
}
