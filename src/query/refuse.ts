import { freeMembers } from '../schema/index.js'

/**
 * Gives an object a method for each name that throws: whoever carries a habit over is led on, and not told that something
 * "is not a function". Attributes, relations and scopes may have these names all the same,
 * and what the object has by such a name stays.
 */
export function refuse(
  target: object,
  hints: Readonly<Record<string, string>>,
  refused: (method: string, hint: string) => Error,
): void {
  for (const [method, hint] of Object.entries(hints)) {
    if (method in target) continue
    const value = (): never => {
      throw refused(method, hint)
    }
    freeMembers.add(value)
    Object.defineProperty(target, method, { configurable: true, writable: true, value })
  }
}

/** Takes refusals away that would be seen where nothing is: a record without a value must have none. */
export function release(target: object, names: Iterable<string>): void {
  for (const name of names)
    if (name in target && isFree(target, name))
      Object.defineProperty(target, name, { configurable: true, writable: true, value: undefined })
}

/** True for a name that is free, or under which there is nothing but a refusal. */
export function isFree(target: object, name: string): boolean {
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const member = Object.getOwnPropertyDescriptor(at, name)
    if (member !== undefined) return 'value' in member && freeMembers.has(member.value)
  }
  return true
}
