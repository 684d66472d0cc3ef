import { AsyncLocalStorage } from 'node:async_hooks'
import { kindOf } from '../values/index.js'
import { SecurityError } from './errors.js'

/** Who does something: a user, a job, a service. */
export interface Actor {
  readonly id: string
}

const scope = new AsyncLocalStorage<Actor>()

/**
 * Runs `fn` as done by an actor, for everything that `fn` awaits: entries of the audit name it.
 *
 * @throws SecurityError `SECURITY.INVALID` for an actor without an id of 1 to 256 characters
 * @example
 * await actingAs(user.id, () => post.update({ title }))
 */
export function actingAs<T>(actor: string | Actor, fn: () => T): T {
  const given: unknown = typeof actor === 'string' ? { id: actor } : actor
  const id: unknown = Object(given).id
  if (typeof id !== 'string' || id === '' || id.length > 256)
    throw new SecurityError('SECURITY.INVALID', `An actor is an id of 1 to 256 characters, not ${kindOf(id)}.`, {
      hint: 'Write actingAs(user.id, fn), or actingAs({ id, … }, fn).',
    })
  return scope.run(Object.freeze({ ...(given as Actor) }), fn)
}

/** The actor of the code running now. */
export function currentActor(): Actor | undefined {
  return scope.getStore()
}
