import { kindOf } from '../values/index.js'
import { classChain } from './class-chain.js'
import { ModelError } from './errors.js'
import { eventNamed, eventOf, type ModelEvent, refuseNearly } from './events.js'

/** Called with a record; what it returns or resolves to matters where it is `false`. */
export type Hook = (record: any) => unknown
/** Takes a hook or an observer away again. */
export type Unsubscribe = () => void

/** The hooks of a model, those of its base classes first, and the classes that they are from. */
export interface HookTable {
  readonly classes: ReadonlySet<unknown>
  readonly hooks: ReadonlyMap<ModelEvent, readonly Hook[]>
}

interface Added {
  readonly event: ModelEvent
  readonly hook: Hook
}
const added = new WeakMap<object, readonly Added[]>()
let changes = 0

/** Rises whenever hooks are added or taken away: tables made before are out of date. */
export function hookChanges(): number {
  return changes
}

/** A class came that hooks may be added to. */
export function noteClass(): void {
  changes++
}

/** @throws ModelError `MODEL.UNKNOWN_EVENT`, `MODEL.INVALID_INPUT` */
export function addHook(model: { readonly name: string }, name: unknown, hook: unknown): Unsubscribe {
  const entry: Added = { event: eventNamed(name, `A hook of ${model.name}`), hook: checked(hook, model.name, name) }
  added.set(model, [...(added.get(model) ?? []), entry])
  changes++
  return () => {
    added.set(
      model,
      (added.get(model) ?? []).filter((each) => each !== entry),
    )
    changes++
  }
}

/**
 * The hooks of a class and of the classes it extends: `static hooks`, then methods such as `beforeSave`, then those that
 * were added.
 *
 * @throws ModelError `MODEL.UNKNOWN_EVENT` for a name that is no event
 */
export function hookTable(model: object): HookTable {
  const chain = classChain(model)
  const hooks = new Map<ModelEvent, readonly Hook[]>()
  for (const each of chain)
    for (const { event, hook } of [...declared(each), ...methods(each), ...(added.get(each) ?? [])])
      hooks.set(event, [...(hooks.get(event) ?? []), hook])
  return { classes: new Set(chain), hooks }
}

/** `static hooks = { creating(user) { … } }`; a list of functions is taken, too. */
function declared(model: object): readonly Added[] {
  if (!Object.hasOwn(model, 'hooks')) return []
  const { hooks, name } = model as { readonly hooks: unknown; readonly name: string }
  if (typeof hooks !== 'object' || hooks === null) return []
  return Object.entries(hooks).flatMap(([key, given]) => {
    const event = eventNamed(key, `${name}.hooks`)
    return [given].flat().map((hook) => ({ event, hook: checked(hook, name, key) }))
  })
}

/** Methods of records and of the class that are named as ActiveRecord names its callbacks: `beforeSave() { this.… }`. */
function methods(model: object): readonly Added[] {
  const { prototype, name } = model as { readonly prototype: object; readonly name: string }
  const named = (owner: object): readonly string[] =>
    Object.getOwnPropertyNames(owner).filter(
      (key) =>
        /^(?:before|after)[A-Z]/.test(key) && typeof Object.getOwnPropertyDescriptor(owner, key)?.value === 'function',
    )
  const read = (owner: object, hookOf: (key: string) => Hook): readonly Added[] =>
    named(owner).flatMap((key) => {
      const event = eventOf(key)
      if (event === undefined) refuseNearly(key, name)
      return event === undefined ? [] : [{ event, hook: hookOf(key) }]
    })
  return [
    ...read(model, (key) => (record) => (model as Record<string, Hook>)[key]?.(record)),
    ...read(prototype, (key) => (record) => (prototype as Record<string, Hook>)[key]?.call(record, record)),
  ]
}

function checked(hook: unknown, model: string, name: unknown): Hook {
  if (typeof hook === 'function') return hook as Hook
  throw new ModelError(
    'MODEL.INVALID_INPUT',
    `The hook ${String(name)} of ${model} is no function, but ${kindOf(hook)}.`,
  )
}
