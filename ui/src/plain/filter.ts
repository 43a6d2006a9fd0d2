/** Those whose name holds every typed word, or whose id begins with what was typed. */
export function filterNamed<T extends { id: string; name: string }>(
  all: readonly T[],
  typed: string,
): readonly T[] {
  const query = typed.trim().toLowerCase();
  if (query === '') return all;
  const asked = query.split(/\s+/);
  return all.filter(({ id, name }) => {
    const lower = name.toLowerCase();
    return id.startsWith(query) || asked.every((word) => lower.includes(word));
  });
}
