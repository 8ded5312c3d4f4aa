/** Compiled programs that outlive their course, so that a figure that is started again need not compile. */

interface Entry {
  readonly value: { dispose(): void };
  users: number;
}

const MOST = 64;
const entries = new Map<string, Entry>();

/** The value made for this name, now or before; it is kept until it is released and others have come. */
export function shared<T extends { dispose(): void }>(
  name: string,
  make: () => T,
): { value: T; release(): void } {
  const entry = entries.get(name) ?? { value: make(), users: 0 };
  entries.delete(name);
  entries.set(name, entry); // the last used is the last to go
  entry.users++;
  return {
    value: entry.value as T,
    release() {
      entry.users--;
      for (const [other, old] of entries) {
        if (entries.size <= MOST) return;
        if (old.users > 0) continue;
        entries.delete(other);
        old.value.dispose();
      }
    },
  };
}
