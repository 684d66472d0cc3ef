import { AsyncLocalStorage } from 'node:async_hooks'
import { originOf } from './bound-class.js'
import { classChain } from './class-chain.js'
import { type ModelBinding, type ModelClass } from './model-space.js'

/** The classes whose rows keep their `updatedAt` in here. */
const unstamped = new AsyncLocalStorage<readonly object[]>()

/** Calls a function in which changes of this class's rows, and of those that extend it, leave `updatedAt` as it is. */
export function withoutTimestampsOf<R>(model: ModelClass, work: () => R): R {
  return unstamped.run([...(unstamped.getStore() ?? []), originOf(model)], work)
}

/** True where a change of a row of this model is to be seen in `updatedAt`. */
export function stamps({ schema, model }: ModelBinding): boolean {
  if (!schema.timestamps) return false
  const classes = unstamped.getStore()
  return classes === undefined || !classChain(model).some((each) => classes.includes(each))
}
