import { InternalError } from '../kernel/index.js'
import type { ModelClass } from './model-space.js'

/** What `User.factory()` gives. Factories live above models, and say here what they are. */
export interface ModelFactory<T extends ModelClass> {
  /** The model whose rows are made. */
  readonly model: T
}

let maker: ((model: ModelClass) => unknown) | undefined

/** Says who makes factories. */
export function setFactoryMaker(given: (model: ModelClass) => unknown): void {
  maker = given
}

export function factoryOf<T extends ModelClass>(model: T): ModelFactory<T> {
  if (maker === undefined) throw new InternalError('nobody makes factories')
  return maker(model) as ModelFactory<T>
}
