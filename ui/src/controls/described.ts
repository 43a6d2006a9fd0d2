/** The ids of what describes a field, for `aria-describedby`; nothing where nothing does. */
export function describedBy(id: string, hint: unknown, fault: unknown): string | undefined {
  const ids = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean);
  return ids.length > 0 ? ids.join(' ') : undefined;
}
