import { and, type Condition } from '../expressions/index.js'
import {
  EMPTY_SPEC,
  encodeWhere,
  onlyConditions,
  QueryBuilder,
  stateOf,
  type Where,
  withScopes,
} from '../query/index.js'
import { kindOf } from '../values/index.js'
import { classChain } from './class-chain.js'
import { ModelError } from './errors.js'
import type { Unsubscribe } from './hooks.js'
import type { ModelBinding } from './model-space.js'

/** Narrows the query that it is given to rows that there are for everybody. */
type GlobalScope = (query: any) => unknown
export type GlobalScopes = ReadonlyMap<string, () => Where>

const added = new WeakMap<object, ReadonlyMap<string, GlobalScope>>()
let changes = 0

/** Rises whenever scopes are added or taken away: what was read of them before is out of date. */
export function scopeChanges(): number {
  return changes
}

/** @throws ModelError `MODEL.INVALID_INPUT` */
export function addGlobalScope(model: { readonly name: string }, name: unknown, scope: unknown): Unsubscribe {
  if (typeof name !== 'string' || name === '')
    throw new ModelError('MODEL.INVALID_INPUT', `A global scope of ${model.name} has no name.`, {
      hint: "Write addGlobalScope('active', (query) => query.where('status', 'active')).",
    })
  const given = checked(model.name, name, scope)
  added.set(model, new Map([...(added.get(model) ?? []), [name, given]]))
  changes++
  return () => {
    const scopes = new Map(added.get(model))
    if (scopes.get(name) !== given) return
    scopes.delete(name)
    added.set(model, scopes)
    changes++
  }
}

/** The global scopes of a class and of the classes it extends; of two with one name that of the nearer class. */
export function globalScopesOf(model: object, binding: ModelBinding): GlobalScopes | undefined {
  const scopes = new Map<string, () => Where>()
  for (const each of classChain(model)) {
    const { globalScopes: declared, name: label } = each as { globalScopes?: object; name: string }
    if (Object.hasOwn(each, 'globalScopes') && typeof declared === 'object')
      for (const [name, scope] of Object.entries(declared)) take(name, checked(label, name, scope))
    for (const [name, scope] of added.get(each) ?? []) take(name, scope)
  }
  return scopes.size === 0 ? undefined : scopes

  function take(name: string, scope: GlobalScope): void {
    scopes.set(name, () => conditionsOf(binding, name, scope))
  }
}

/** What the global scopes of a model ask of a row, in DynamoDB's terms; undefined where there are none. */
export function scopeCondition(binding: ModelBinding): Condition | undefined {
  const { globalScopes } = binding
  if (globalScopes === undefined) return undefined
  return and(...[...globalScopes.values()].map((conditions) => encodeWhere(conditions(), binding)))
}

/** Asked anew for each query: a scope may go by the clock, or by who is at work. */
function conditionsOf(binding: ModelBinding, name: string, scope: GlobalScope): Where {
  const { schema } = binding
  const Builder = withScopes(QueryBuilder<any, any>, schema)
  const bare = { schema, bind: () => binding, spec: UNSCOPED, relations: [] }
  const asked = scope(new Builder(bare))
  const fault = (message: string, hint: string): ModelError =>
    new ModelError('MODEL.INVALID_SCOPE', `The global scope ${name} of ${schema.name} ${message}.`, {
      hint,
      details: { model: schema.name, scope: name },
    })
  if (!(asked instanceof QueryBuilder))
    throw fault('returns no query', "Builders are immutable: write (query) => query.where('status', 'active').")
  const where = onlyConditions(stateOf(asked), bare)
  if (where === undefined)
    throw fault('does more than to set conditions', 'Order, limits and relations are for local scopes (`scopes`).')
  return where
}
const UNSCOPED = Object.freeze({ ...EMPTY_SPEC, unscoped: 'all' as const })

function checked(model: string, name: string, scope: unknown): GlobalScope {
  if (typeof scope === 'function') return scope as GlobalScope
  throw new ModelError(
    'MODEL.INVALID_SCOPE',
    `The global scope ${name} of ${model} is no function, but ${kindOf(scope)}.`,
  )
}
