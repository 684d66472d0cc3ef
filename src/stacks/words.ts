const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ['person', 'people'],
  ['child', 'children'],
  ['man', 'men'],
  ['woman', 'women'],
  ['foot', 'feet'],
  ['tooth', 'teeth'],
  ['mouse', 'mice'],
  ['series', 'series'],
  ['species', 'species'],
  ['media', 'media'],
  ['news', 'news'],
  ['data', 'data'],
  ['equipment', 'equipment'],
  ['information', 'information'],
])

/** `category` -> `categories`, `orderItem` -> `orderItems`: what Stacks calls many of a model. */
export function plural(name: string): string {
  const [, head = '', last = name] = /^(.*[a-z0-9])([A-Z][a-z]+)$/.exec(name) ?? []
  const irregular = IRREGULAR.get(last.toLowerCase())
  if (irregular !== undefined) return `${head}${last.charAt(0)}${irregular.slice(1)}`
  if (/[^aeiou]y$/i.test(name)) return `${name.slice(0, -1)}ies`
  if (/(?:s|x|z|ch|sh)$/i.test(name)) return `${name}es`
  return `${name}s`
}

/** `user_id` -> `userId`. */
export function camelWords(name: string): string {
  return name.replace(/_+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase())
}

/** `post_tag` -> `PostTag`. */
export function pascalWords(name: string): string {
  const words = camelWords(name.replace(/[^a-z0-9]+/gi, '_'))
  return words.charAt(0).toUpperCase() + words.slice(1)
}
