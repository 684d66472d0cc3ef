/**
 * A name for each table that a tool takes, no two the same: words of letters and digits, joined.
 *
 * @param join makes one name of the words of a table's name
 */
export function resourceNames(
  tables: readonly string[],
  join: (words: readonly string[]) => string,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const taken = new Set<string>()
  for (const table of tables) {
    const words = table.match(/[a-z0-9]+/gi) ?? []
    const joined = join(words)
    const name = /^[a-z]/i.test(joined) ? joined : `${join(['table'])}${joined}`
    let free = name
    for (let count = 2; taken.has(free.toLowerCase()); count++) free = `${name}${count}`
    taken.add(free.toLowerCase())
    names.set(table, free)
  }
  return names
}

/** `my-app` becomes `MyApp`. */
export function pascalWords(words: readonly string[]): string {
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')
}
