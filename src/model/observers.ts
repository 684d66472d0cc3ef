import { kindOf } from '../values/index.js'
import { ModelError } from './errors.js'
import { eventOf, refuseNearly } from './events.js'
import { addHook, type Hook, type Unsubscribe } from './hooks.js'

/**
 * Adds the methods of an observer that are named as events are.
 *
 * @throws ModelError `MODEL.UNKNOWN_EVENT` for a method whose name is nearly that of an event, `MODEL.INVALID_INPUT`
 */
export function observe(model: { readonly name: string }, given: unknown): Unsubscribe {
  const observer: unknown = typeof given === 'function' ? new (given as new () => object)() : given
  if (typeof observer !== 'object' || observer === null)
    throw new ModelError('MODEL.INVALID_INPUT', `${model.name}.observe takes an observer, not ${kindOf(given)}.`, {
      hint: 'Write User.observe(new UserObserver()), with methods named as events are: created(user) { … }.',
    })
  const label = `${observer.constructor.name === 'Object' ? 'An observer' : observer.constructor.name} of ${model.name}`
  const heard = methodsOf(observer).filter((name) => {
    if (eventOf(name) === undefined) refuseNearly(name, label)
    return eventOf(name) !== undefined
  })
  if (heard.length === 0)
    throw new ModelError('MODEL.INVALID_INPUT', `${label} has no method that is named as an event is.`)
  const methods = observer as Readonly<Record<string, Hook>>
  const ends = heard.map((name) => addHook(model, name, (record: unknown) => methods[name]?.(record)))
  return () => {
    for (const end of ends) end()
  }
}

/** Names of an object's functions, those of its class and base classes included. */
function methodsOf(observer: object): readonly string[] {
  const names = new Set<string>()
  for (let at = observer; at !== Object.prototype && at !== null; at = Object.getPrototypeOf(at) as object)
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (typeof value === 'function' && name !== 'constructor') names.add(name)
  return [...names]
}
