import { Connection } from '../runtime/index.js'
import { kindOf } from '../values/index.js'
import { ModelError } from './errors.js'
import { noteClass } from './hooks.js'
import { checkModel } from './model-class.js'
import type { ModelClass } from './model-space.js'

const BOUND: unique symbol = Symbol('bound')
interface Bound {
  readonly origin: ModelClass
  readonly connection: Connection | undefined
}

/** The class that a class bound to a connection began with, and that connection. */
export function boundTo(model: ModelClass): Bound {
  checkModel(model)
  const bound = Object.hasOwn(model, BOUND) ? (model as unknown as { [BOUND]: Bound })[BOUND] : undefined
  if (bound !== undefined) return bound
  const { connection } = model as unknown as { connection?: unknown }
  if (connection !== undefined && !(connection instanceof Connection))
    throw new ModelError(
      'MODEL.INVALID_INPUT',
      `${model.name}.connection is no connection, but ${kindOf(connection)}.`,
      {
        hint: 'Write static connection = connect({ … }), or User.on(connection).',
      },
    )
  return { origin: model, connection }
}

/** The class that `Model.on(connection)` began with, or the class itself. */
export function originOf(model: ModelClass): ModelClass {
  return Object.hasOwn(model, BOUND) ? (model as unknown as { [BOUND]: Bound })[BOUND].origin : model
}

const boundClasses = new WeakMap<Connection, WeakMap<ModelClass, ModelClass>>()

/** The same model, always on this connection. The same class comes back for the same pair. */
export function bindModel(model: ModelClass, connection: Connection): ModelClass {
  const { origin } = boundTo(model)
  let classes = boundClasses.get(connection)
  if (classes === undefined) boundClasses.set(connection, (classes = new WeakMap()))
  let bound = classes.get(origin)
  if (bound === undefined) {
    bound = class extends origin {}
    Object.defineProperty(bound, 'name', { value: origin.name })
    Object.defineProperty(bound, BOUND, { value: { origin, connection } satisfies Bound })
    // Records of the bound class are records of the model: `instanceof` and methods are the same.
    Object.defineProperty(bound, Symbol.hasInstance, { value: (value: unknown) => value instanceof origin })
    classes.set(origin, bound)
    noteClass()
  }
  return bound
}

/** The class that is bound to a connection, where `Model.on(connection)` was called; else the model itself. */
export function nearestClass(model: ModelClass, connection: Connection): ModelClass {
  return boundClasses.get(connection)?.get(model) ?? model
}
