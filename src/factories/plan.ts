import type { ModelBinding } from '../model/index.js'
import type { FakerOf } from './faker.js'

/** A change of a row's values: values, or a function of those there are. */
export type Layer = object | ((values: object, faker: FakerOf, index: number) => object)

/** Rows that are written after the row they belong to. */
export interface Child {
  /** Undefined where the model of the factory says which. */
  readonly relation: string | undefined
  /** Undefined: of the related model, so many, with these values. */
  readonly factory?: RowSource
  readonly count?: number
  readonly values?: object
}

/** What a factory was told. Frozen plain data. */
export interface FactoryPlan {
  readonly count: number | undefined
  readonly layers: readonly Layer[]
  readonly overrides: object
  readonly children: readonly Child[]
  readonly parents: readonly { readonly parent: object; readonly relation: string | undefined }[]
  readonly recycled: readonly object[]
  readonly afterMaking: readonly ((record: object) => void)[]
  readonly afterCreating: readonly ((record: object) => unknown)[]
  readonly seed: number | undefined
}

export const EMPTY_PLAN: FactoryPlan = Object.freeze({
  count: undefined,
  layers: [],
  overrides: {},
  children: [],
  parents: [],
  recycled: [],
  afterMaking: [],
  afterCreating: [],
  seed: undefined,
})

/** A factory as those see it that make its rows. */
export interface RowSource {
  readonly binding: ModelBinding
  readonly plan: FactoryPlan
}

/** Every factory there is: a value of an attribute may be one. */
export const factories: WeakSet<object> = new WeakSet()

export function isFactory(value: unknown): value is RowSource {
  return typeof value === 'object' && value !== null && factories.has(value)
}
