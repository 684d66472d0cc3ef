/** A class and the classes it extends, base classes first. */
export function classChain(model: object): readonly object[] {
  const chain: object[] = []
  for (let at: unknown = model; typeof at === 'function' && at !== Function.prototype; at = Object.getPrototypeOf(at))
    chain.unshift(at)
  return chain
}
