import { isFree } from '../query/index.js'
import type { ModelClass } from './model-space.js'

/**
 * Gives a model its local scopes as statics: `User.active()` is `User.query().active()`. A class has them as soon as it is
 * registered or was used; a static of its own with that name stays.
 */
export function answerScopes(model: ModelClass, scopes: Iterable<string>): void {
  for (const scope of scopes) {
    if (!isFree(model, scope)) continue
    Object.defineProperty(model, scope, {
      configurable: true,
      value(this: ModelClass, ...given: readonly unknown[]): unknown {
        return (this.query() as unknown as Record<string, (...given: readonly unknown[]) => unknown>)[scope]?.(...given)
      },
    })
  }
}
