import type { Connection } from '../runtime/index.js'
import type { TableDesign } from '../single-table/index.js'
import { changed, stateOf } from './condition-builder.js'
import type { EntityBinding } from './entity-binding.js'
import type { QueryBuilder } from './query-builder.js'

/** The same query, whose own reads go over a connection that is made of the one it has; those of relations do not. */
export function throughConnection<B extends QueryBuilder<any, any>>(
  query: B,
  made: (connection: Connection, table: TableDesign) => Connection,
): B {
  const { bind } = stateOf(query)
  const known = new WeakMap<EntityBinding, EntityBinding>()
  return changed(query, {
    bind() {
      const binding = bind()
      const through = known.get(binding) ?? withConnection(binding, made(binding.connection, binding.table))
      known.set(binding, through)
      return through
    },
  })
}

function withConnection(binding: EntityBinding, connection: Connection): EntityBinding {
  return new Proxy(binding, {
    get: (target, name) => {
      if (name === 'connection') return connection
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
