import type { Connection } from '../../runtime/index.js'

const locks = new WeakMap<Connection, Map<string, Promise<void>>>()

/**
 * Waits until no write of this program is at the chains, and keeps others from them. In one order, so that two never wait for
 * each other.
 *
 * @returns lets the next one
 */
export async function lockChains(connection: Connection, chains: readonly string[]): Promise<() => void> {
  const held = locks.get(connection) ?? new Map<string, Promise<void>>()
  locks.set(connection, held)
  const frees: (() => void)[] = []
  for (const chain of [...chains].sort((a, b) => Number(a) - Number(b))) {
    const before = held.get(chain)
    const { promise, free } = gate()
    const turn = before === undefined ? promise : before.then(() => promise)
    held.set(chain, turn)
    frees.push(() => {
      free()
      if (held.get(chain) === turn) held.delete(chain)
    })
    await before
  }
  return () => {
    for (const free of frees) free()
  }
}

function gate(): { readonly promise: Promise<void>; readonly free: () => void } {
  let free: () => void = () => undefined
  const promise = new Promise<void>((resolve) => {
    free = resolve
  })
  return { promise, free: () => free() }
}
