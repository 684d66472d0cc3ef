import { type EntitySchema, type ModelType, type RecordOf, SchemaError } from '../schema/index.js'
import { type BuilderState, ConditionBuilder, changed, stateOf } from './condition-builder.js'
import { QueryError } from './errors.js'
import type { QueryBuilder } from './query-builder.js'
import { EMPTY_SPEC } from './query-spec.js'
import { isFree } from './refuse.js'
import { together } from './together.js'

/** A query of a model, with the model's local scopes as methods: `User.query().active().olderThan(18)`. */
export type Query<T extends ModelType, R = RecordOf<T>> = QueryBuilder<T, R> & ScopeMethods<T, R>

/** The local scopes of a model as methods of its queries. */
export type ScopeMethods<T extends ModelType, R = RecordOf<T>> = {
  readonly [N in keyof ScopesOf<T>]: ScopesOf<T>[N] extends (query: any, ...given: infer P) => unknown
    ? (...given: P) => Query<T, R>
    : never
}
/** The `scopes` literal of a model: a field of the class or a static. */
type ScopesOf<T extends ModelType> = T extends { scopes: infer S }
  ? S
  : InstanceType<T> extends { scopes: infer S }
    ? S
    : {}

type BuilderClass<B> = new (state: BuilderState) => B
const made = new WeakMap<EntitySchema, Map<unknown, unknown>>()

/**
 * A class of builders with the local scopes of a model as methods; made once for each.
 *
 * @throws SchemaError `SCHEMA.RESERVED_NAME` for a scope that is named as a method of builders is
 */
export function withScopes<B>(Builder: BuilderClass<B>, schema: EntitySchema): BuilderClass<B> {
  if (schema.scopes.size === 0) return Builder
  let classes = made.get(schema)
  if (classes === undefined) made.set(schema, (classes = new Map()))
  let scoped = classes.get(Builder) as BuilderClass<B> | undefined
  if (scoped === undefined) classes.set(Builder, (scoped = extended(Builder, schema)))
  return scoped
}

function extended<B>(Builder: BuilderClass<B>, { name: model, scopes }: EntitySchema): BuilderClass<B> {
  const Scoped = class extends (Builder as BuilderClass<object>) {}
  for (const [name, scope] of scopes) {
    if (name === 'then' || !isFree(Scoped.prototype, name))
      throw new SchemaError('SCHEMA.RESERVED_NAME', `${model} cannot have a scope called "${name}".`, {
        hint: name === 'then' ? 'Whoever awaits a query would call it.' : 'Queries have a method of that name.',
        details: { model, name },
      })
    Object.defineProperty(Scoped.prototype, name, {
      configurable: true,
      value(this: ConditionBuilder<any>, ...given: readonly unknown[]) {
        return applied(this, (query) => scope(query, ...given), `The scope ${name} of ${model}`)
      },
    })
  }
  return Scoped as unknown as BuilderClass<B>
}

/**
 * A query with what a scope adds. Its conditions are a group: what it says with `orWhere` is no way around the others.
 *
 * @throws QueryError `QUERY.INVALID_VALUE` for a scope that returns no query
 */
export function applied<B extends ConditionBuilder<any>>(query: B, scope: (query: B) => unknown, label: string): B {
  const { spec } = stateOf(query)
  const asked = scope(changed(query, { spec: { ...spec, where: EMPTY_SPEC.where } }))
  if (!(asked instanceof ConditionBuilder))
    throw new QueryError('QUERY.INVALID_VALUE', `${label} must return its query.`, {
      hint: "Builders are immutable: write (query) => query.where('status', 'active').",
    })
  const after = stateOf(asked).spec
  return changed(asked as B, { spec: Object.freeze({ ...after, where: together(spec.where, after.where) }) })
}
