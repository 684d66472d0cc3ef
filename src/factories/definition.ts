import { bindingOf, type ModelClass } from '../model/index.js'
import type { CreateInput, Row } from '../schema/index.js'
import { FactoryError } from './errors.js'
import type { Factory } from './factory.js'
import type { FakerOf } from './faker.js'

/** Values of a row: as `create` takes them, functions of the values so far, or factories for the rows that keys point to. */
export type FactoryValues<T extends ModelClass> = {
  readonly [N in keyof CreateInput<T>]?: Made<CreateInput<T>[N], T>
}
type Made<V, T extends ModelClass> = V | ((values: FactoryDraft<T>) => V) | Factory<any, any>
/** The values that a row has so far. */
export type FactoryDraft<T extends ModelClass> = Readonly<Partial<CreateInput<T>>>

/** What rows of a model are usually like. */
export interface FactoryDefinition<T extends ModelClass> {
  /** Values of each row. What it leaves out is made of types, formats and rules. */
  readonly definition?: FactoryValues<T> | ((faker: FakerOf, index: number) => FactoryValues<T>)
  /** Changes by name: `Factory.for('User').state('admin')`. */
  readonly states?: Readonly<Record<string, FactoryState<T>>>
  /** Told of each record that was made, saved or not. */
  readonly afterMaking?: (record: Row<T>) => void
  /** Told of each record that was written, with the rows of `has`. */
  readonly afterCreating?: (record: Row<T>) => unknown
}
/** Values, or a function of those there are so far. */
export type FactoryState<T extends ModelClass> =
  | FactoryValues<T>
  | ((values: FactoryDraft<T>, faker: FakerOf, index: number) => FactoryValues<T>)

const PARTS: readonly string[] = ['definition', 'states', 'afterMaking', 'afterCreating']
const defined = new Map<string, FactoryDefinition<any>>()

/** Later ones of a name replace earlier ones. @throws FactoryError `FACTORY.INVALID` */
export function keepDefinition(model: string | ModelClass, given: FactoryDefinition<any>): void {
  const name = nameOf(model)
  if (typeof given !== 'object' || given === null)
    throw new FactoryError('FACTORY.INVALID', `Factory.define('${name}', …) takes an object.`)
  const stray = Object.keys(given).find((part) => !PARTS.includes(part))
  if (stray !== undefined)
    throw new FactoryError('FACTORY.INVALID', `Factory.define('${name}', …) has no ${stray}.`, {
      hint: `It has ${PARTS.join(', ')}.`,
    })
  defined.set(name, given)
}

export function definitionOf(model: string): FactoryDefinition<any> {
  return defined.get(model) ?? NONE
}
const NONE: FactoryDefinition<any> = Object.freeze({})

/** @throws FactoryError `FACTORY.INVALID` for what is neither name nor model */
export function nameOf(model: unknown): string {
  if (typeof model === 'string' && model !== '') return model
  if (typeof model === 'function') return bindingOf(model as ModelClass).schema.name
  throw new FactoryError('FACTORY.INVALID', `A factory is of a model or its name, not of ${String(model)}.`)
}
